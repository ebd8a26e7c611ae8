import type { Check, Contract } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import { loadParser, NOTHING } from './sql.ts';

/** A piece of SQL in a contract: an expression, or a query of its own. */
interface Piece {
  readonly key: string;
  readonly sql: string | null;
  readonly query?: boolean;
}

/** What PostgreSQL's parser can't read in a contract; `found` is the SQL from there on, as it stands in the file. */
export async function contractSqlFaults({ file, filter, checks }: Contract): Promise<readonly Fault[]> {
  const { check } = await loadParser();
  const faultsOf = ({ key, sql, query }: Piece, where: string, line?: number): readonly Fault[] => {
    if (sql === null) return [];
    const before = query ? '' : 'select (\n';
    const problem = check(query ? sql : `${before}${sql}\n)`);
    const none = 'code' in problem && problem.message === NOTHING;
    if (!('code' in problem) || (problem.code !== 'SQL_SYNTAX' && !none)) return [];
    const found =
      sql.slice(Math.max(0, problem.offset - before.length)).split('\n')[0] || sql.trim().split('\n').at(-1);
    const message = `${key} of ${where}: ${problem.message}`;
    const hint = none ? 'A comment alone asks nothing.' : problem.hint;
    return [{ code: 'CONTRACT_SQL', message, file, line, found, hint }];
  };
  return [
    ...faultsOf({ key: 'filter', sql: filter }, 'the contract'),
    ...checks.flatMap((item) => piecesOf(item).flatMap((piece) => faultsOf(piece, `check "${item.name}"`, item.line))),
  ];
}

function piecesOf(check: Check): readonly Piece[] {
  return [
    { key: 'filter', sql: check.filter },
    { key: 'column_expression', sql: check.columnExpression },
    ...('expression' in check ? [{ key: 'expression', sql: check.expression }] : []),
    ...('query' in check ? [{ key: 'query', sql: check.query, query: true }] : []),
    ...('rowsTestedQuery' in check ? [{ key: 'rows_tested_query', sql: check.rowsTestedQuery, query: true }] : []),
  ];
}
