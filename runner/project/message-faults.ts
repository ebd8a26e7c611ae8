import type { Contract } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import { didYouMean } from '../util/suggest.ts';
import type { AlertConfig, OutboxConfig } from './message-types.ts';

type Contracts = ReadonlyMap<string, Contract>;

/** Columns that an outbox of project.yml names and its model's contract does not have: `OUTBOX_COLUMN_UNKNOWN`. */
export function outboxFaults(
  { name, model, key, text, orderBy }: OutboxConfig,
  contracts: Contracts,
): readonly Fault[] {
  return unknownColumns('OUTBOX', `outbox ${name}`, model, [key, text, ...orderBy], contracts.get(model));
}

/**
 * Columns in `alert.rows` of project.yml that no example could be shown of: `ALERT_COLUMN_UNKNOWN` where the contract does
 * not have them, `ALERT_CONTRACT_MISSING` where nothing says which are personal.
 * @param judged models whose contract is known, or known to be missing
 */
export function alertFaults(
  alert: AlertConfig | undefined,
  contracts: Contracts,
  judged: readonly string[],
): readonly Fault[] {
  return (alert?.rows ?? [])
    .filter(({ model, columns }) => judged.includes(model) && columns.length > 0)
    .flatMap(({ model, columns }) => {
      const contract = contracts.get(model);
      return contract ? unknownColumns('ALERT', 'alert', model, columns, contract) : [withoutContract(model)];
    });
}

function withoutContract(model: string): Fault {
  return {
    code: 'ALERT_CONTRACT_MISSING',
    message: `alert shows columns of ${model}, which has no contract`,
    file: 'project.yml',
    expected: 'a contract, which says which columns are personal',
    found: model,
    hint: `Write the contract of ${model} in soda/, or leave out columns: then its rows are counted only.`,
  };
}

/** Columns that something in project.yml names and the contract does not have. */
export function unknownColumns(
  kind: 'OUTBOX' | 'ALERT' | 'REVIEW',
  where: string,
  model: string,
  columns: readonly string[],
  contract: Contract | undefined,
): readonly Fault[] {
  const known = contract?.columns.map(({ name }) => name) ?? [];
  if (known.length === 0) return [];
  return columns
    .filter((column) => column !== '' && !known.includes(column))
    .map((column) => ({
      code: `${kind}_COLUMN_UNKNOWN`,
      message: `${where} names ${column}, which the contract of ${model} does not have`,
      file: 'project.yml',
      expected: known.join(', '),
      found: column,
      hint: didYouMean(column, known) ?? 'Name a column of the model, or add it to the contract.',
    }));
}
