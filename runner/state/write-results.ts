import { redactor } from '../util/redact.ts';
import { literal } from '../util/sql.ts';
import type { NodeRecord } from './store.ts';
import type { Publication } from './types.ts';

/** SQL that keeps what nodes were published from. Values stand in it, so that all that is noted of a unit is one round trip. */
export function stateStatement(nodeState: string, runId: string, publications: readonly Publication[]): string {
  const rows = publications.map(({ nodeId, state, details }) => {
    const json = [state.parts, state.hashes, state.versions, details].map((value) => JSON.stringify(value));
    return row([nodeId, ...json, runId], 'clock_timestamp()');
  });
  return `insert into ${nodeState} (node_id, parts, hashes, versions, details, run_id, published_at) values ${rows.join(',\n')}
    on conflict (node_id) do update set parts = excluded.parts, hashes = excluded.hashes, versions = excluded.versions,
      details = excluded.details, run_id = excluded.run_id, published_at = excluded.published_at`;
}

/** SQL that keeps how nodes ended and what became of their checks. */
export function resultStatements(
  table: (name: string) => string,
  runId: string,
  results: readonly NodeRecord[],
): readonly string[] {
  if (results.length === 0) return [];
  const nodes = results.map((result) =>
    row([
      runId,
      result.nodeId,
      result.name,
      result.type,
      result.status,
      textOf(result.rowCount),
      textOf(result.rowsAffected),
      result.message && redactor.redact(result.message),
      result.startedAt.toISOString(),
      result.finishedAt.toISOString(),
    ]),
  );
  const checks = results.flatMap(({ nodeId, checks }) =>
    checks.map(({ path, type, column, name, outcome, value, threshold, message, engine }) =>
      row([
        runId,
        nodeId,
        path,
        type,
        column,
        name,
        outcome,
        value,
        threshold,
        message && redactor.redact(message),
        engine,
      ]),
    ),
  );
  const ofNodes = `insert into ${table('node_result')} (run_id, node_id, name, resource_type, status, row_count, rows_affected, message, started_at, finished_at)
    values ${nodes.join(',\n')}
    on conflict (run_id, node_id) do update set status = excluded.status, row_count = excluded.row_count, rows_affected = excluded.rows_affected,
      message = excluded.message, started_at = excluded.started_at, finished_at = excluded.finished_at`;
  const ofChecks = `insert into ${table('check_result')} (run_id, node_id, check_path, check_type, column_name, name, outcome, value, threshold, message, engine)
    values ${checks.join(',\n')}
    on conflict (run_id, node_id, check_path, engine) do update set
      name = excluded.name, outcome = excluded.outcome, value = excluded.value, threshold = excluded.threshold, message = excluded.message`;
  return checks.length > 0 ? [ofNodes, ofChecks] : [ofNodes];
}

/** @param expressions SQL that follows the values */
function row(values: readonly (string | null | undefined)[], ...expressions: readonly string[]): string {
  return `(${[...values.map((value) => literal(value ?? null)), ...expressions].join(', ')})`;
}

function textOf(count: number | null): string | null {
  return count === null ? null : String(count);
}
