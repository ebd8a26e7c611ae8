import type { Contract } from '../contracts/types.ts';
import { type Fault, RunnerError } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import { DATA_TYPES } from './tables.ts';
import type { ModelTable } from './types.ts';

/**
 * Nodes as the tables they become, by their contracts: what a table, a column means and of which type it is.
 * @throws RunnerError `SEMANTIC_MODEL_INVALID` for each column that cannot be shown, or table without a contract
 */
export function modelTables(nodes: readonly Node[]): readonly ModelTable[] {
  const faults = nodes.flatMap(faultsOf);
  if (faults.length > 0) throw new RunnerError(faults);
  return nodes.map(({ relation, contract }) => ({
    name: relation.name,
    schema: relation.schema,
    description: contract && [contract.description, contract.grain].filter((text) => text !== null).join('\n'),
    columns: contract?.columns ?? [],
    key: contract && keyOf(contract),
  }));
}

/** The first column that the contract checks to be there and to be another in every row. */
function keyOf({ columns, checks }: Contract): string | undefined {
  const always = (column: string, type: 'missing' | 'duplicate'): boolean =>
    checks.some(
      (check) =>
        check.type === type &&
        check.column === column &&
        check.filter === null &&
        check.threshold.comparison.operator === 'must_be' &&
        Number(check.threshold.comparison.value) === 0,
    );
  return columns.find(({ name }) => always(name, 'missing') && always(name, 'duplicate'))?.name;
}

function faultsOf({ name, file, contract }: Node): readonly Fault[] {
  const known = Object.keys(DATA_TYPES);
  const code = 'SEMANTIC_MODEL_INVALID';
  if (!contract)
    return [{ code, file, message: `${name} has no contract`, hint: 'Write it, in soda/: it says the columns.' }];
  return contract.columns
    .filter(({ dataType }) => !known.includes(dataType ?? ''))
    .map(({ name: column, dataType, line }) => ({
      code,
      file: contract.file,
      line,
      message: `column ${column} of ${name} is of no type that a semantic model has`,
      expected: known.join(', '),
      found: dataType ?? 'nothing',
      hint: 'State its data_type, or cast it in the model.',
    }));
}
