import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadProject } from '../commands/load-project.ts';
import type { ModelNode } from '../graph/types.ts';
import { originsOf } from '../lineage/origins.ts';
import { traceProject } from '../lineage/trace-project.ts';
import { ROOT } from './cli.ts';

const { models: truth, rows: truthOfRows } = parse(
  readFileSync(join(ROOT, 'runner/test/lineage-truth.yml'), 'utf8'),
) as {
  readonly models: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
};
const MARKS = { copy: '=', computed: '~', aggregate: '+' } as const;

it('every column that Power BI reads comes from what reading its SQL by hand has found, and so do its rows', async () => {
  const signal = new AbortController().signal;
  const { graph } = await loadProject({ projectDir: ROOT, threads: 1, failFast: false, argv: '', signal });
  const lineage = await traceProject(graph);
  const read = [...graph.nodes.values()].filter((node) => node.type === 'model' && isGranted(node));
  expect(Object.keys(truth).toSorted()).toEqual(read.map(({ name }) => name).toSorted());
  const unresolved: string[] = [];
  const found = Object.fromEntries(
    Object.keys(truth).map((name) => {
      const id = graph.idOf(name);
      const columns = (lineage.get(id)?.columns ?? []).map(({ column }) => {
        const traced = originsOf(lineage, { node: id, column });
        unresolved.push(...traced.unresolved.map(({ at, why }) => `${at.node}.${at.column}: ${why}`));
        const named = traced.origins.map(
          (origin) => `${MARKS[origin.how]}${graph.nodes.get(origin.node)?.name}.${origin.column}`,
        );
        return [column, named.toSorted()] as const;
      });
      return [name, Object.fromEntries(columns)] as const;
    }),
  );
  const expected = Object.fromEntries(
    Object.entries(truth).map(([name, columns]) => [
      name,
      Object.fromEntries(Object.entries(columns).map(([column, origins]) => [column, origins.toSorted()])),
    ]),
  );
  expect(found).toEqual(expected);
  const rowsOf = (name: string): readonly string[] =>
    (lineage.get(graph.idOf(name))?.conditions ?? []).map(
      ({ node, column }) => `${graph.nodes.get(node)?.name}.${column}`,
    );
  expect(Object.fromEntries(Object.keys(truth).map((name) => [name, rowsOf(name).toSorted()]))).toEqual(
    Object.fromEntries(Object.entries(truthOfRows).map(([name, columns]) => [name, columns.toSorted()])),
  );
  expect(unresolved).toEqual([]);
});

/** To the role of Power BI: the BI views, the history, and what carries the grant beside them. */
function isGranted({ config }: ModelNode): boolean {
  return (config.grants?.select ?? []).includes('sds_bi');
}
