import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../errors.ts';
import type { NodeConfig, Project } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';
import { strategyOf } from './strategy-of.ts';
import type { ModelNode } from './types.ts';

/** What a model's configuration says that can't be, or that would have no effect; `found` is a word of the file. */
export function modelFaults(node: ModelNode, project: Project): readonly Fault[] {
  return [
    ...(node.materialized === 'incremental' ? incrementalFaults(node) : []),
    ...(node.materialized === 'ephemeral' ? ephemeralFaults(node) : []),
    ...unusedFaults(node, project),
    ...ignoredFaults(node, project),
  ];
}

function incrementalFaults(node: ModelNode): readonly Fault[] {
  const { name, file, config } = node;
  const strategy = strategyOf(node);
  const keys = [config.unique_key, config.group_key].filter((key) => key?.length);
  if (keys.length === 2) {
    const message = `incremental model ${name} has a unique_key and a group_key`;
    const hint = 'unique_key tells one row, group_key the rows that are replaced together.';
    return [{ code: 'CONFIG_INVALID', message, file, found: 'group_key', expected: 'the one or the other', hint }];
  }
  if (strategy === 'merge' && config.group_key?.length) {
    const message = `incremental model ${name} has a group_key, which merge can't use`;
    const hint = "merge finds rows by unique_key; groups are replaced by incremental_strategy='delete+insert'.";
    return [{ code: 'CONFIG_INVALID', message, file, found: 'group_key', hint }];
  }
  if (strategy === 'append' || keys.length === 1) return [];
  return [
    {
      code: 'KEY_MISSING',
      message: `incremental model ${name} has no unique_key`,
      file,
      found: 'incremental',
      expected: `config(unique_key=['…']) for ${strategy}`,
      hint: "Without a key, use incremental_strategy='append'; for groups of rows, group_key with delete+insert.",
    },
  ];
}

function ephemeralFaults({ name, file, contract, rendered }: ModelNode): readonly Fault[] {
  const reads = rendered.body.includes('"this:"');
  return [
    ...(contract
      ? [
          {
            code: 'CONTRACT_ON_EPHEMERAL',
            message: `model ${name} is ephemeral: there is no relation that its contract could be asked of`,
            file: contract.file,
            line: 1,
            hint: 'Make it a view, or move the checks to the contract of a model that reads it.',
          },
        ]
      : []),
    ...(reads
      ? [
          {
            code: 'CONFIG_INVALID',
            message: `model ${name} is ephemeral: it has no {{ this }}`,
            file,
            found: 'this',
            hint: 'Make it a view or a table, or take {{ this }} out.',
          },
        ]
      : []),
  ];
}

/** Keys that say nothing of a model of that kind. */
const UNUSED: Readonly<Record<ModelNode['materialized'], readonly (keyof NodeConfig)[]>> = {
  view: ['publish', 'indexes', 'unique_key', 'group_key', 'incremental_strategy', 'on_schema_change'],
  materialized_view: ['publish', 'unique_key', 'group_key', 'incremental_strategy', 'on_schema_change'],
  table: ['unique_key', 'group_key', 'incremental_strategy', 'on_schema_change'],
  incremental: [],
  ephemeral: [
    'publish',
    'indexes',
    'unique_key',
    'group_key',
    'incremental_strategy',
    'on_schema_change',
    'transaction',
    'ignore_changes',
    'grants',
    'pre_hook',
    'post_hook',
    'persist_docs',
    'statement_timeout',
  ],
};

/** A key of the model's own that has no effect: whoever wrote it expects one. What its folder says may be for others. */
function unusedFaults(node: ModelNode, project: Project): readonly Fault[] {
  const { name, file, materialized, config } = node;
  const given = UNUSED[materialized].filter((key) => config[key] !== undefined);
  const folder = given.length > 0 ? project.models.find((model) => model.name === name)?.config : undefined;
  const unused = given.filter((key) => !isDeepStrictEqual(config[key], folder?.[key]));
  const faults = unused.map((key) => ({
    code: 'CONFIG_UNUSED',
    message: `${key} has no effect on ${name}, which is ${materialized}`,
    file,
    found: key,
    hint: `Take it out, or change materialized='${materialized}'.`,
  }));
  // Whoever protects a table from being rebuilt must not lose it by a change of its kind.
  if (materialized !== 'incremental' && config.full_refresh === false) {
    const message = `${name} is protected from a full refresh, but as ${materialized} it is rebuilt by every run`;
    const hint = "Make it materialized='incremental', or take full_refresh out.";
    return [...faults, { code: 'CONFIG_UNUSED', message, file, found: 'full_refresh', hint }];
  }
  if (materialized === 'incremental' && config.incremental_strategy === 'append' && config.unique_key) {
    const message = `unique_key has no effect on ${name}, which appends`;
    const hint = "Take it out, or use incremental_strategy='merge'.";
    return [...faults, { code: 'CONFIG_UNUSED', message, file, found: 'unique_key', hint }];
  }
  return faults;
}

function ignoredFaults({ name, file, config }: ModelNode, { macros }: Project): readonly Fault[] {
  const known = macros.map((macro) => macro.name);
  return (config.ignore_changes ?? [])
    .filter((macro) => !known.includes(macro))
    .map((macro) => ({
      code: 'NAME_UNKNOWN',
      message: `ignore_changes of ${name} names no macro`,
      file,
      found: macro,
      hint: didYouMean(macro, known) ?? 'Macros are the files of macros/.',
    }));
}
