import type { Check, Contract } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import { loadParser, NOTHING, type QueryProblem } from './sql.ts';

/** A piece of SQL in a contract: an expression, or a query of its own. */
interface Piece {
  readonly key: string;
  readonly sql: string | null;
  readonly query?: boolean;
}

/**
 * What PostgreSQL's parser can't read in a contract, or reads as something else than one query; `found` is the SQL from there
 * on, as it stands in the file.
 */
export async function contractSqlFaults({ file, filter, checks }: Contract): Promise<readonly Fault[]> {
  const { check } = await loadParser();
  const faultsOf = ({ key, sql, query }: Piece, where: string, line?: number): readonly Fault[] => {
    if (sql === null) return [];
    const before = query ? '' : 'select (';
    const problem = check(query ? sql : `${before}${sql})`);
    if (!('code' in problem)) return [];
    const fault = (message: string, found: string | undefined, hint: string | undefined): readonly Fault[] => [
      { code: 'CONTRACT_SQL', message: `${key} of ${where}: ${message}`, file, line, found, hint },
    ];
    if (!query && !('code' in check(`${before}${sql}\n)`))) {
      const hint = 'Put the comment on a line above, or leave it out.';
      return fault('a comment at its end hides what comes behind it', sql.trim().split('\n').at(-1), hint);
    }
    const rest = sql.slice(Math.max(0, problem.offset - before.length)).split('\n')[0] || sql.trim().split('\n').at(-1);
    return fault(problem.message, rest, hintOf(problem, query === true));
  };
  return [
    ...faultsOf({ key: 'filter', sql: filter }, 'the contract'),
    ...checks.flatMap((item) => piecesOf(item).flatMap((piece) => faultsOf(piece, `check "${item.name}"`, item.line))),
  ];
}

function hintOf({ code, message, hint }: QueryProblem, query: boolean): string | undefined {
  if (message === NOTHING) return 'A comment alone asks nothing.';
  if (code === 'SQL_SYNTAX') return hint;
  return query
    ? 'A query of a check is one SELECT, which changes nothing.'
    : 'An expression is a value, not a statement.';
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
