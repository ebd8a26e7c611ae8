import type { Located } from '../compile/locate.ts';
import { DatabaseError, type Fault, RunnerError } from '../errors.ts';
import type { Node, SeedNode } from '../graph/types.ts';

/**
 * What an error that is no verdict says of the node.
 * @param located where in the templates an error of the server points, as far as it does
 */
export function faultsOf(node: Node, error: unknown, located: Located = {}): readonly Fault[] {
  if (error instanceof RunnerError) return error.faults;
  if (!(error instanceof DatabaseError)) {
    return [
      {
        code: 'UNEXPECTED',
        message: `${node.name}: ${error instanceof Error ? error.message : String(error)}`,
        file: node.file,
        hint: 'Run the command again; if this comes back, it is an error of the runner: report it with this message.',
      },
    ];
  }
  if (error.sqlstate === '57014') return [endedQuery(node, error)];
  const seedLine = node.type === 'seed' ? copyLineOf(node, error) : undefined;
  return [
    {
      code: `SQL_${error.sqlstate}`,
      message: `${node.name}: ${error.message}`,
      file: node.file,
      line: seedLine,
      source: seedLine === undefined ? undefined : error.where,
      found: quotedValue(error),
      ...located,
      hint: error.hint ?? hintOf(node, error.sqlstate),
    },
  ];
}

/**
 * A statement that was not let to its end, which was not the run's own doing: that throws Cancelled. The server has one
 * SQLSTATE for both reasons; where it speaks another language, its own words have to do.
 */
function endedQuery(node: Node, { message }: DatabaseError): Fault {
  if (/statement timeout/.test(message)) {
    const own = node.type === 'source' ? undefined : node.config.statement_timeout;
    return {
      code: 'STATEMENT_TIMEOUT',
      message: `the statement timeout of ${node.type} ${node.name} (${own ?? 'that of the server or the user'}) ran out`,
      file: node.file,
      hint: `Give it more time with statement_timeout in its config(), or make it faster${node.type === 'model' ? `: target/compiled/${node.file}` : ''}`,
    };
  }
  const byAdministrator = /user request/.test(message);
  return {
    code: 'QUERY_CANCELLED',
    message: `${node.name}: ${byAdministrator ? 'someone cancelled its query on the server (pg_cancel_backend), not this run' : message}`,
    file: node.file,
    hint: 'What was published stays as it was. Ask who looks after the server, then run the command again.',
  };
}

function hintOf(node: Node, sqlstate: string): string | undefined {
  const unknownTable = '42P01';
  if (sqlstate === unknownTable) return `If what it reads is not built yet: runner build --select +${node.name}`;
  return node.type === 'model' ? `The SQL that ran: target/compiled/${node.file}` : undefined;
}

/** The value that a data exception names at its end: `invalid input syntax for type integer: "x"`. */
function quotedValue({ sqlstate, message }: DatabaseError): string | undefined {
  return sqlstate.startsWith('22') ? /: "([^"]*)"$/.exec(message)?.[1] : undefined;
}

/** The file line of a seed's row that COPY refused: its context says `COPY t, line 3, column c: "x"`. */
function copyLineOf(node: SeedNode, error: DatabaseError): number | undefined {
  const record = /, line (\d+)/.exec(error.where ?? '')?.[1];
  return record === undefined ? undefined : node.seed.rows[Number(record) - 1]?.line;
}
