import { describe, expect, it } from 'vitest';
import type { RunnerError } from '../errors.ts';
import { openCase, type UnitTestCase } from '../test/unit-test-case.ts';
import { requireUnitTests } from './check.ts';
import { planTest } from './plan.ts';
import { pieceAt } from './script.ts';

const P = { p: '{name: id, data_type: bigint}, {name: label, data_type: text}' };

describe('the script of a unit test', () => {
  const opened = openCase({
    sql: "select id from {{ ref('p') }}",
    tests: "[{name: t, as_of: 2026-02-03, given: {p: [{id: 1, label: 'it''s'}]}, expect: [{id: 1}, {id: 2}]}]",
    contracts: { ...P, m: '{name: id, data_type: bigint}' },
  });
  const [test] = opened.node.unitTests;
  if (!test) throw new Error('no test');
  const script = planTest(opened.graph, opened.node, test, opened.node.rendered);

  it('reads typed values in place of tables, and compares both ways', () => {
    expect(script.sql.split('\n')).toEqual([
      "select set_config('runner.run_id', 'unit-test', true), set_config('runner.run_label', 'unit-test', true), set_config('runner.run_started_at', '2026-02-03T12:00:00Z', true);",
      'create temporary view "p" as select * from (values',
      "('1'::bigint, 'it''s'::text)",
      ') as given ("id", "label");',
      'with "unit test found" as (select "id"::bigint as "id" from (',
      'select id from "pg_temp"."p"',
      ') as model),',
      '"unit test expected" as (select * from "unit test found" where false',
      "union all select '1'",
      "union all select '2')",
      'select \'missing\' as side, * from (table "unit test expected" except all table "unit test found") as missing',
      'union all',
      'select \'extra\', * from (table "unit test found" except all table "unit test expected") as extra',
    ]);
  });

  it('knows what stands at a place in it', () => {
    const at = (text: string): unknown => pieceAt(script, script.sql.indexOf(text) + 1)?.piece;
    expect(at("'it''s'")).toMatchObject({
      kind: 'cell',
      input: 'p',
      row: 1,
      column: 'label',
      type: 'text',
      value: "it's",
    });
    expect(at("'2')")).toMatchObject({ kind: 'cell', input: null, row: 2, column: 'id' });
    expect(at('"pg_temp"')).toMatchObject({ kind: 'body' });
    expect(at('create')).toBeUndefined();
  });
});

describe('the names in a unit test', () => {
  const faults = (tests: string, more: Partial<UnitTestCase> = {}): readonly string[] => {
    const { project, graph } = openCase({
      sql: "select id from {{ ref('p') }}, {{ ref('codes') }}, {{ source('s', 't') }}",
      tests,
      contracts: { ...P, m: '{name: id, data_type: bigint}' },
      ...more,
    });
    try {
      requireUnitTests(project, graph);
      return [];
    } catch (error) {
      return (error as RunnerError).faults.map(({ code, line, message, hint }) =>
        `${code} ${line}: ${message}. ${hint ?? ''}`.trim(),
      );
    }
  };

  it('are those of what the model reads, and of their columns', () => {
    const given = '{p: [{id: 1}], codes: [{a: 1}], s.t: [{a: 1, batch_id: 1}]}';
    expect(faults(`[{name: t, given: ${given}, expect: [{id: 1}]}]`)).toEqual([]);
  });

  it('are refused with their line and the near name when nothing has them', () => {
    const tests =
      '- name: t\n  given:\n    q: []\n    cods: []\n    p:\n      - {id: 1}\n      - {lable: x}\n    s.t: [{b: 1}]\n    this: []\n  expect:\n    - {idd: 1}\n';
    expect(faults(tests)).toEqual([
      'UNIT_TEST_INPUT 3: m does not read q. An input is what the model names in ref() or source(), and nothing farther.',
      'UNIT_TEST_INPUT 4: m does not read cods. Did you mean "codes"?',
      'UNIT_TEST_COLUMN 7: input p has no column lable. Did you mean "label"?',
      'UNIT_TEST_COLUMN 8: input s.t has no column b.',
      'UNIT_TEST_INPUT 9: m is not incremental: it does not read itself. An input is what the model names in ref() or source(), and nothing farther.',
      'UNIT_TEST_COLUMN 11: m has no column idd. Did you mean "id"?',
    ]);
  });
  it('of variables are those that some template reads', () => {
    const tests = '[{name: t, vars: {limit: 1, limti: 2}, expect: []}]';
    expect(faults(tests, { sql: "select {{ var('limit') }} as id" })).toEqual([
      "UNIT_TEST_VAR 1: no template reads var('limti').",
    ]);
  });
});
