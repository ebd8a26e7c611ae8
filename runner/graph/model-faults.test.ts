import { describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { projectGraph } from '../test/publishing.ts';

/** `CODE message` of every fault of a project of these files. */
function faultsOf(files: Readonly<Record<string, string>>): readonly string[] {
  try {
    projectGraph(files);
    return [];
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return error.faults.map(({ code, message }) => `${code} ${message}`);
  }
}
const model = (config: string, sql = 'select 1 as k'): Readonly<Record<string, string>> => ({
  'models/m.sql': `{{ config(${config}) }} ${sql}`,
});

describe('the configuration of a model', () => {
  it.each([
    ["materialized='table', unique_key='k'", 'CONFIG_UNUSED unique_key has no effect on m, which is table'],
    ["materialized='view', publish='swap'", 'CONFIG_UNUSED publish has no effect on m, which is view'],
    ["materialized='ephemeral', grants={select: 'a'}", 'CONFIG_UNUSED grants has no effect on m, which is ephemeral'],
    [
      "materialized='ephemeral', ignore_changes=['m']",
      'CONFIG_UNUSED ignore_changes has no effect on m, which is ephemeral',
      'NAME_UNKNOWN ignore_changes of m names no macro',
    ],
    [
      "materialized='incremental', incremental_strategy='append', unique_key='k'",
      'CONFIG_UNUSED unique_key has no effect on m, which appends',
    ],
    [
      "materialized='incremental', unique_key='k', group_key='g'",
      'CONFIG_INVALID incremental model m has a unique_key and a group_key',
    ],
    [
      "materialized='incremental', incremental_strategy='merge', group_key='g'",
      "CONFIG_INVALID incremental model m has a group_key, which merge can't use",
    ],
    [
      "materialized='table', full_refresh=false",
      'CONFIG_UNUSED m is protected from a full refresh, but as table it is rebuilt by every run',
    ],
    [
      "materialized='incremental', incremental_strategy='merg'",
      'STRATEGY_UNKNOWN wrong value for "incremental_strategy" of config()',
    ],
    ["materialized='tabel'", 'MATERIALIZED_UNKNOWN wrong value for "materialized" of config()'],
  ])('%s is refused', (config, ...faults) => {
    expect(faultsOf(model(config))).toEqual(faults);
  });

  it.each([
    "materialized='incremental', group_key='g'",
    "materialized='incremental', incremental_strategy='append'",
    "materialized='materialized_view', indexes=[{columns: ['k']}]",
    "materialized='ephemeral', tags=['a']",
  ])('%s is right', (config) => {
    expect(faultsOf(model(config))).toEqual([]);
  });
});

describe('an ephemeral model', () => {
  const ephemeral = model("materialized='ephemeral'");

  it('has no contract, no {{ this }}, and answers no request', () => {
    expect(faultsOf({ ...ephemeral, 'soda/m.yml': 'dataset: test/test/public/m\ncolumns: []\n' })).toEqual([
      'CONTRACT_ON_EPHEMERAL model m is ephemeral: there is no relation that its contract could be asked of',
    ]);
    expect(faultsOf(model("materialized='ephemeral'", 'select * from {{ this }}'))).toEqual([
      'CONFIG_INVALID model m is ephemeral: it has no {{ this }}',
    ]);
    expect(faultsOf({ ...ephemeral, 'sources/s__t.x': 'm' })).toEqual([
      'REQUEST_UNKNOWN source s.t takes its requests from an ephemeral model, which has no rows to read',
    ]);
  });
});
