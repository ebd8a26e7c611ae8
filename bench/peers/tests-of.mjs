// The checks of a contract as tests that every peer has or is taught to write; each tells the same rows wrong.
import { all, badRow, columnSql, missingSql, own } from '../../dist/runner/contracts/sql.js';

const OPERATORS = {
  must_be: '=',
  must_not_be: '<>',
  must_be_greater_than: '>',
  must_be_greater_than_or_equal: '>=',
  must_be_less_than: '<',
  must_be_less_than_or_equal: '<=',
};

/**
 * @returns `{type, warn, …}`: `schema`; `not_null` and `unique` of `columns`; `accepted` `values` of a `column`; a `column` that is
 * a `relationship` to `{schema, table, column}` in the rows of `where`; `rows` of which `sql` must hold for none; a `figure` `sql` of which `holds` must be
 * true; a `query` `sql` that must give no row
 */
export function testsOf(contract) {
  return (contract?.checks ?? []).map((check) => {
    const warn = check.threshold?.level === 'warn';
    const test = testOf(check, contract);
    if (test.type !== 'figure' && check.threshold && !isNone(check.threshold))
      throw new Error(`${contract.file}:${check.line}: no peer has this threshold`);
    return { ...test, warn };
  });
}

function testOf(check, contract) {
  const { type, column, filter, threshold } = check;
  const isPlain = filter === null && threshold?.level === 'fail';
  if (threshold?.metric === 'percent') return { type: 'figure', sql: percentage(check), holds: holds(threshold) };
  if (type === 'schema') return { type };
  if (type === 'row_count' && filter === null) return { type: 'figure', sql: 'count(*)', holds: holds(threshold) };
  if (type === 'missing' && isPlain) return { type: 'not_null', columns: [column] };
  if (type === 'duplicate' && isPlain) return { type: 'unique', columns: check.columns ?? [column] };
  if (type === 'metric' && check.expression)
    return { type: 'figure', sql: check.expression, holds: holds(check.threshold) };
  if (type === 'freshness')
    return { type: 'figure', sql: `extract(epoch from now() - max(${check.of})) / 3600`, holds: holds(threshold) };
  if (type === 'failed_rows' && check.query) return { type: 'query', sql: check.query.trim().replace(/;$/, '') };
  if (type === 'invalid' && check.validity.reference)
    return { type: 'relationship', column, to: check.validity.reference, where: counted(check) };
  if (type === 'invalid' && isPlain && isList(check))
    return { type: 'accepted', column, values: check.validity.validValues };
  if (['missing', 'invalid', 'failed_rows'].includes(type))
    return { type: 'rows', sql: all(own(filter), badRow(check)) };
  throw new Error(`${contract.file}:${check.line}: no test of a peer is known for ${type}`);
}

function isNone({ comparison, metric }) {
  return comparison.operator === 'must_be' && comparison.value === 0 && metric === 'count';
}

/** The rows that are neither filtered nor missing; `undefined` for all whose value is not null, which a relationship means anyway. */
function counted(check) {
  const { filter, missing } = check;
  if (filter === null && missing.values === null && missing.format === null) return undefined;
  return all(own(filter), `not ${missingSql(columnSql(check), missing)}`);
}

/** Values that no other rule stands beside, all texts. */
function isList({ validity, missing }) {
  const { validValues, ...others } = validity;
  if (missing.values !== null || missing.format !== null) return false;
  return (
    validValues?.every((value) => typeof value === 'string') && Object.values(others).every((rule) => rule === null)
  );
}

function holds({ comparison: { operator, value } }) {
  return `${OPERATORS[operator]} ${value}`;
}

/** Of the rows that count, how many in a hundred are bad. */
function percentage(check) {
  const counted = own(check.filter) ?? 'true';
  return `coalesce(100.0 * count(*) filter (where ${all(counted, badRow(check))}) / nullif(count(*) filter (where ${counted}), 0), 0)`;
}
