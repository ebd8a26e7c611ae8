import { expect, it } from 'vitest';
import { buildDag } from '../graph/dag.ts';
import type { Graph } from '../graph/types.ts';
import type { ColumnLineage, ColumnRef, ModelLineage } from '../lineage/types.ts';
import { derivedFrom } from './derived.ts';
import { otherSql } from './may-tell.ts';
import { modelOf } from './testing.ts';

/** A figure of salaries and of who has a right to them; whose they are stands in `members`. */
const EDGES = {
  pay: [],
  rules: [],
  right: ['rules', 'pay'],
  members: ['right'],
  benefit: ['right'],
  total: ['right', 'pay'],
  figure: ['total', 'members', 'benefit'],
  unread: ['figure'],
};

function graphOf(
  bodies: Readonly<Record<string, string>> = {},
  edges: Readonly<Record<string, readonly string[]>> = EDGES,
): Graph {
  const id = (name: string): string => `model.p.${name}`;
  const nodes = Object.keys(edges).map((name) => modelOf({ schema: 's', name }, undefined, bodies[name]));
  const dag = buildDag(new Map(Object.entries(edges).map(([name, parents]) => [id(name), parents.map(id)])));
  return { nodes: new Map(nodes.map((node) => [node.id, node])), dag, idOf: id, selectors: new Map() };
}

const changed = (head: Graph, members: string | null = 'model.p.members'): readonly string[] =>
  otherSql(graphOf(), head, 'model.p.figure', members, ({ name }) => ['pay', 'total', 'figure', 'leak'].includes(name));

it('a change of who has a right is no other SQL: it is counted who the members are', () => {
  expect(changed(graphOf({ right: 'x', rules: 'y', unread: 'z' }))).toEqual([]);
});

it.each(['pay', 'members', 'benefit', 'total', 'figure'])('a change of %s may add up anything', (name) => {
  expect(changed(graphOf({ [name]: 'where id <> 7' }))).toEqual([name]);
});

it('without members any change may', () => {
  expect(changed(graphOf({ right: 'x' }), null)).toEqual(['right']);
});

it('so may a model that comes between, or goes, unless it holds nothing personal and only decides who the members are', () => {
  expect(changed(graphOf({}, { ...EDGES, beside: [], total: ['right', 'pay', 'beside'] }))).toEqual(['beside']);
  expect(changed(graphOf({}, { ...EDGES, leak: ['pay'], rules: ['leak'] }))).toEqual(['leak']);
  expect(changed(graphOf({}, { ...EDGES, helper: [], rules: ['helper'] }))).toEqual([]);
  const { benefit: _, ...without } = EDGES;
  expect(changed(graphOf({}, { ...without, figure: ['total', 'members'] }))).toEqual(['benefit']);
});

it('what is made of a sum of salaries is so over any number of models, and where it can not be told', () => {
  const from = (node: string, column: string): ModelLineage['columns'][number]['from'] => [
    { node: `model.p.${node}`, column, how: 'copy' },
  ];
  const column = (name: string, of: ReturnType<typeof from>, unresolved: readonly string[] = []): ColumnLineage => ({
    column: name,
    from: of,
    unresolved,
  });
  const model = (...columns: readonly ColumnLineage[]): ModelLineage => ({ columns, conditions: [], unresolved: [] });
  const lineage = new Map([
    ['model.p.figure', model(column('cost', from('total', 'cost')), column('n', from('total', 'n')))],
    ['model.p.unread', model(column('twice', from('figure', 'cost')), column('what', [], ['it is dynamic']))],
    ['model.p.benefit', model(column('what', [], ['it is dynamic']))],
  ]);
  const root = { node: 'model.p.total', column: 'cost' };
  const found = (isDerived: ReturnType<typeof derivedFrom>): readonly string[] =>
    ['total.cost', 'figure.cost', 'figure.n', 'unread.twice', 'unread.what', 'benefit.what'].filter((name) => {
      const [node = '', of = ''] = name.split('.');
      return isDerived({ id: `model.p.${node}` }, of);
    });
  expect(found(derivedFrom(graphOf(), lineage, [root]))).toEqual([
    'total.cost',
    'figure.cost',
    'unread.twice',
    'unread.what',
  ]);
  const isLifted = ({ node }: ColumnRef): boolean => node === 'model.p.figure';
  expect(found(derivedFrom(graphOf(), lineage, [root], isLifted))).toEqual(['total.cost']);
});
