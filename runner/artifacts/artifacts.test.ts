import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeResult, Status } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import { graphOf, projectOf } from '../test/projects.ts';
import { type Artifacts, openArtifacts } from './artifacts.ts';

const FILES = {
  'seeds/codes.csv': '',
  'sources/maps__answers.x': 'question',
  'macros/mode.sql': "{% macro mode() %}'{{ env('MODE', 'none') }}'{% endmacro %}",
  'models/marts/question.sql': "{{ config(materialized='table', tags=['kpi']) }}select * from {{ ref('codes') }}",
  'models/marts/answer.sql': "select * from {{ source('maps', 'answers') }}",
  'models/marts/moded.sql': 'select {{ mode() }} as mode',
  'models/marts/between.sql': "{{ config(materialized='ephemeral') }}select {{ mode() }} as mode",
  'models/marts/through.sql': "select * from {{ ref('between') }}",
  'models/log/one.sql': "{{ config(transaction='log') }}select 1",
  'models/log/two.sql': "{{ config(transaction='log') }}select 2",
};
const graph = graphOf(FILES);
const notices: string[] = [];
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'artifacts-'));
  notices.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (): Artifacts =>
  openArtifacts({
    project: { ...projectOf(FILES), dir },
    graph,
    runId: 'run-1',
    startedAt: new Date(),
    args: { which: 'build', select: ['changed'] },
    notice: (message) => notices.push(message),
  });
// biome-ignore lint/suspicious/noExplicitAny: the files are read as their readers do, without a type
const read = (file: string): any => JSON.parse(readFileSync(join(dir, 'target', file), 'utf8'));
const node = (name: string): Node => graph.nodes.get(graph.idOf(name)) as Node;

function result(name: string, status: Status, more: Partial<NodeResult> = {}): NodeResult {
  const startedAt = new Date('2026-11-24T10:00:00Z');
  const finishedAt = new Date('2026-11-24T10:00:01.5Z');
  const none = { rows: null, changed: null, message: null, faults: [], contract: null };
  return { node: node(name), status, ...none, startedAt, finishedAt, ...more };
}

/** Starts and ends a node. */
function play(artifacts: Artifacts, ended: NodeResult): void {
  artifacts.on({ type: 'node_started', node: ended.node });
  artifacts.on({ type: 'node_finished', result: ended, done: 1, total: 1 });
}

describe('manifest.json', () => {
  it('has the nodes, their config, and what depends on what under the keys of dbt', () => {
    open().close();
    const manifest = read('manifest.json');
    expect(manifest.metadata).toMatchObject({
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      adapter_type: 'postgres',
      project_name: 'test',
    });
    expect(manifest.nodes['model.test.question']).toMatchObject({
      resource_type: 'model',
      name: 'question',
      path: 'marts/question.sql',
      original_file_path: 'models/marts/question.sql',
      fqn: ['test', 'marts', 'question'],
      relation_name: '"test"."public"."question"',
      config: { materialized: 'table', tags: ['kpi'] },
      depends_on: { macros: [], nodes: ['seed.test.codes'] },
      refs: [{ name: 'codes' }],
      raw_code: FILES['models/marts/question.sql'],
    });
    expect(manifest.nodes['model.test.moded'].depends_on.macros).toEqual(['macro.test.mode']);
    expect(manifest.nodes['seed.test.codes'].resource_type).toBe('seed');
    expect(manifest.sources['source.test.maps.answers']).toMatchObject({ source_name: 'maps', name: 'answers' });
    expect(manifest.parent_map['source.test.maps.answers']).toEqual(['model.test.question']);
    expect(manifest.child_map['source.test.maps.answers']).toEqual(['model.test.answer']);
    expect(manifest.macros['macro.test.mode'].macro_sql).toBe(FILES['macros/mode.sql']);
  });
});

describe('run_results.json', () => {
  it('is there, empty, before the first node has ended', () => {
    open();
    expect(read('run_results.json')).toMatchObject({
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json', invocation_id: 'run-1' },
      results: [],
      args: { which: 'build', select: ['changed'] },
    });
  });

  it.each([
    ['success', 'success'],
    ['unchanged', 'success'],
    ['error', 'error'],
    ['failed', 'fail'],
    ['upstream_failed', 'skipped'],
    ['skipped', 'skipped'],
  ] as const)('says of a node that ended as %s that it is a %s, and keeps our word beside it', (status, expected) => {
    const artifacts = open();
    artifacts.ran(node('question'), 'select 1 as x');
    play(artifacts, result('question', status, { rows: 3, changed: 2, message: 'a reason' }));
    artifacts.close();
    expect(read('run_results.json').results).toMatchObject([
      {
        unique_id: 'model.test.question',
        status: expected,
        execution_time: 1.5,
        thread_id: 'Thread-1 (worker)',
        message: 'a reason',
        adapter_response: { runner_status: status, rows_affected: 2, rows: 3 },
        compiled: true,
        compiled_code: 'select 1 as x',
        relation_name: '"test"."public"."question"',
      },
    ]);
  });

  it('is written at once after a failure, and soon after anything else', async () => {
    const artifacts = open();
    const count = (): number => read('run_results.json').results.length;
    play(artifacts, result('question', 'success'));
    play(artifacts, result('codes', 'success'));
    await expect.poll(count).toBe(2);
    // A failure waits for no pause; only a write that took long may hold it back.
    play(artifacts, result('answer', 'error', { faults: [{ code: 'SQL_42P01', message: 'no such table' }] }));
    await expect.poll(count).toBe(3);
    play(artifacts, result('moded', 'success'));
    artifacts.close();
    expect(count()).toBe(4);
    expect(readdirSync(join(dir, 'target')).sort()).toEqual(['manifest.json', 'run_results.json']);
  });

  it('gives what runs at once different threads, and the models of a transaction the same', () => {
    const artifacts = open();
    for (const name of ['question', 'one', 'two', 'codes']) artifacts.on({ type: 'node_started', node: node(name) });
    for (const name of ['one', 'question', 'codes', 'two'])
      artifacts.on({ type: 'node_finished', result: result(name, 'success'), done: 1, total: 1 });
    play(artifacts, result('answer', 'success'));
    artifacts.close();
    const threads = (read('run_results.json').results as { unique_id: string; thread_id: string }[]).map(
      ({ unique_id, thread_id }) => `${unique_id.split('.').at(-1)} ${thread_id.slice(7, 8)}`,
    );
    expect(threads).toEqual(['one 2', 'question 1', 'codes 3', 'two 2', 'answer 1']);
  });

  it("holds no value of a row, and no SQL that holds a variable of the environment, its own or an ephemeral model's", () => {
    const artifacts = open();
    const fault = { file: 'models/marts/question.sql', line: 3, found: '(name=Ada)', source: 'Ada' };
    play(
      artifacts,
      result('question', 'failed', {
        message: 'Ada',
        faults: [
          { ...fault, code: 'CHECK_FAILED', message: 'question: no double name: 1 row' },
          { ...fault, code: 'SQL_22P02', message: 'question: invalid input syntax for type integer: "Ada"' },
          { ...fault, code: 'SQL_23505', message: 'question: Key (name)=(Ada) is twice' },
        ],
      }),
    );
    for (const name of ['moded', 'through']) {
      artifacts.ran(node(name), "select 'from-env' as mode");
      play(artifacts, result(name, 'success'));
    }
    artifacts.close();
    const [question, moded, through] = read('run_results.json').results;
    expect(question.message.split('\n')).toEqual([
      'CHECK_FAILED models/marts/question.sql:3: question: no double name: 1 row',
      'SQL_22P02 models/marts/question.sql:3: question: invalid input syntax for type integer: "***"',
      'SQL_23505 models/marts/question.sql:3: question: Key (name)=(***) is twice',
    ]);
    for (const reader of [moded, through]) expect(reader).toMatchObject({ compiled: false, compiled_code: null });
    expect(readFileSync(join(dir, 'target/run_results.json'), 'utf8')).not.toMatch(/Ada|from-env/);
  });

  it('that cannot be written is said once, and keeps nothing from going on', () => {
    writeFileSync(join(dir, 'target'), 'a file in the way');
    const artifacts = open();
    play(artifacts, result('question', 'success'));
    artifacts.close();
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('the artifacts in target/ are not written');
  });
});
