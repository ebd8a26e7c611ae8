import { describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { parseProjectConfig } from './config.ts';

const MODELS = `name: shop
models:
  marts:
    publish: swap
    group_key: run_id
    on_schema_change: append_new_columns
    grants: {select: [reader, public], update: editor}
    pre_hook: analyze {{ ref('x') }}
    post_hook: [a, b]
    persist_docs: true
    statement_timeout: 5min
`;

describe('the configuration of a folder', () => {
  it('says how models are published, guarded and described', () => {
    const { models, lockPatience } = parseProjectConfig(`${MODELS}lock_patience: 1500ms\n`, 'project.yml');
    expect(lockPatience).toBe(1500);
    expect(models.marts).toEqual({
      publish: 'swap',
      group_key: ['run_id'],
      on_schema_change: 'append_new_columns',
      grants: { select: ['reader', 'public'], update: ['editor'] },
      pre_hook: ["analyze {{ ref('x') }}"],
      post_hook: ['a', 'b'],
      persist_docs: true,
      statement_timeout: '5min',
    });
  });

  it('tries for a lock for a minute unless told otherwise', () => {
    expect(parseProjectConfig('name: shop', 'project.yml').lockPatience).toBe(60_000);
  });

  it('keeps all batches unless it is told how many, which is one at least', () => {
    const of = (line: string) => parseProjectConfig(`name: shop\n${line}`, 'project.yml');
    expect(of('')).toMatchObject({ keepBatches: null, keepRuns: null });
    expect(of('keep_batches: 10\nkeep_runs: 50')).toMatchObject({ keepBatches: 10, keepRuns: 50 });
    for (const wrong of ['0', '-1', '1.5', 'all', '"3"'])
      expect(() => of(`keep_batches: ${wrong}`)).toThrow(RunnerError);
  });

  it.each([
    ['publish: swp', 4, 'Did you mean "swap"?'],
    ['publish: true', 4, undefined],
    ['on_schema_change: append', 4, undefined],
    ['on_schema_chnage: fail', 4, 'Did you mean "on_schema_change"?'],
    ['grants: {selct: reader}', 4, 'Did you mean "select"?'],
    ['grants: [reader]', 4, undefined],
    ['statement_timeout: 5', 4, undefined],
    ['statement_timeout: five minutes', 4, undefined],
    ['persist_docs: {relation: true}', 4, undefined],
  ])('refuses %s', (line, at, hint) => {
    const parse = () => parseProjectConfig(`name: shop\nmodels:\n  marts:\n    ${line}\n`, 'project.yml');
    expect(parse).toThrow(RunnerError);
    try {
      parse();
    } catch (error) {
      expect((error as RunnerError).faults).toMatchObject([
        { code: 'CONFIG_INVALID', line: at, ...(hint ? { hint } : {}) },
      ]);
    }
  });

  it('refuses of seeds what only models have, and a patience without a unit', () => {
    const parse = () => parseProjectConfig('name: x\nseeds: {unique_key: a}\nlock_patience: 60\n', 'project.yml');
    expect(parse).toThrow(/unique_key.*\n.*lock_patience/);
  });
});
