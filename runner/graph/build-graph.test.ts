import { describe, expect, it } from 'vitest';
import type { RunnerError } from '../errors.ts';
import { graphOf } from '../test/projects.ts';

function faults(files: Readonly<Record<string, string>>): readonly string[] {
  try {
    graphOf(files);
  } catch (error) {
    return (error as RunnerError).faults.map(({ code, message, hint }) =>
      [code, message, hint].filter(Boolean).join(' | '),
    );
  }
  return [];
}

describe('a graph', () => {
  it('holds seeds, sources and models, a source that is asked below the model that asks', () => {
    const graph = graphOf({
      'seeds/codes.csv': '',
      'sources/maps__answers.x': 'question',
      'models/question.sql': "select * from {{ ref('codes') }}",
      'models/answer.sql': "select * from {{ source('maps', 'answers') }}",
    });
    expect(graph.dag.order.map((id) => id.replace('.test.', '.'))).toEqual([
      'seed.codes',
      'model.question',
      'source.maps.answers',
      'model.answer',
    ]);
  });

  it('names a circle of models', () => {
    expect(
      faults({
        'models/a.sql': "{{ ref('b') }}",
        'models/b.sql': "{{ ref('c') }}",
        'models/c.sql': "{{ ref('a') }}",
      })[0],
    ).toMatch(/^CYCLE \| .*a → b → c → a/);
  });

  it('refuses a model between two of one transaction', () => {
    const log = "{{ config(transaction='log') }}";
    expect(
      faults({ 'models/a.sql': log, 'models/b.sql': "{{ ref('a') }}", 'models/c.sql': `${log}{{ ref('b') }}` })[0],
    ).toMatch(/^CYCLE \| .*(transaction log → b|b → transaction log)/);
    expect(faults({ 'models/a.sql': log, 'models/c.sql': `${log}{{ ref('a') }}` })).toEqual([]);
  });

  it("refuses to build over the runner's own tables and over what sources land", () => {
    expect(
      faults({
        'sources/maps__answers.x': 'question',
        'models/question.sql': 'select 1',
        'models/run.sql': "{{ config(schema='ops') }}select 1",
        'models/mine.sql': "{{ config(schema='ops', alias='check_result') }}select 1",
        'models/landed.sql': "{{ config(schema='raw', alias='maps_answers') }}select 1",
        'models/batch.sql': "{{ config(schema='marts') }}select 1",
      }),
    ).toEqual([
      "RELATION_TAKEN | run can't build ops.run: it is one of the runner's own tables | Give it another schema or alias.",
      "RELATION_TAKEN | mine can't build ops.check_result: it is one of the runner's own tables | Give it another schema or alias.",
      "RELATION_TAKEN | landed can't build raw.maps_answers: it is landed by source maps.answers | Give it another schema or alias.",
    ]);
  });

  it('tells every wrong configuration at once', () => {
    expect(
      faults({
        'models/b.sql': "{{ config(materialized='incremental') }}",
        'models/d.sql': "{{ config(alias='e') }}",
        'models/e.sql': 'select 1',
        'sources/maps__answers.x': 'qestion',
        'models/question.sql': 'select 1',
      }),
    ).toEqual([
      "KEY_MISSING | incremental model b has no unique_key | Without a key, use incremental_strategy='append'; for groups of rows, group_key with delete+insert.",
      'RELATION_TWICE | d and e both build public.e | Give one of them another schema or alias.',
      'REQUEST_UNKNOWN | source maps.answers takes its requests from an unknown model | Did you mean "question"?',
    ]);
  });
});
