import type { Database } from '../adapters/types.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { identifier, quoted, type Relation } from '../util/sql.ts';
import type { Request } from './types.ts';

export interface AskedRun {
  readonly db: Database;
  readonly env: (name: string) => string | undefined;
}

/**
 * What a requested source is to be asked, in a fixed order.
 * @param from the relation of the model that holds the requests
 * @throws RunnerError `REQUESTS_NOT_BUILT`
 */
export async function readRequests(run: AskedRun, node: SourceNode, from: Relation): Promise<readonly Request[]> {
  const { key, force_env, when_env } = node.source.requests ?? {};
  if (when_env && run.env(when_env) !== '1') return [];
  const forced = force_env !== undefined && run.env(force_env) === '1';
  const known = (key ?? [])
    .map((column) => `known.${identifier(column)} = asked.${identifier(column)}::text`)
    .join(' and ');
  const isNew = key && !forced ? `where not exists (select from ${quoted(node.relation)} as known where ${known})` : '';
  const result = await run.db
    .query(`select * from ${quoted(from)} as asked ${isNew} order by asked::text`)
    .catch((error: unknown) => {
      if (!(error instanceof DatabaseError) || error.sqlstate !== '42P01') throw error;
      const model = node.source.requests?.model;
      throw new RunnerError(
        {
          code: 'REQUESTS_NOT_BUILT',
          message: `source ${node.name} is asked for the rows of ${model}, which is not built yet`,
          hint: `runner build --select +${model}`,
        },
        EXIT.failed,
      );
    });
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
}
