import { EXIT, type Fault } from '../errors.ts';
import type { NodeResult } from '../execute/types.ts';
import type { PersonRows } from '../state/erase.ts';
import type { Rewriting } from '../state/rewrite.ts';
import { plural } from '../util/plural.ts';
import { quoted } from '../util/sql.ts';
import type { OpenRun, RunEnd } from './open-run.ts';
import { endOf, landedSources } from './steps.ts';

/** Says where the person still is, or may be. @param copies throw-away builds that are under way */
export function tellWhatIsLeft(
  run: OpenRun,
  erased: readonly PersonRows[],
  rewriting: Rewriting,
  copies: number,
): void {
  const message = `${plural(copies, 'throw-away build')} under way (diff, replay) may hold the person until it ends`;
  const beside = copies > 0 ? [message] : [];
  for (const said of [...inForce(run, erased), ...beside, left(rewriting)]) run.emit({ type: 'notice', message: said });
}

/** What a source still names is landed again when it changes. */
function inForce(run: OpenRun, erased: readonly PersonRows[]): readonly string[] {
  return landedSources(run).flatMap(({ name, relation }) => {
    const rows = erased.find((one) => quoted(one.relation) === quoted(relation))?.inForce ?? 0;
    if (rows === 0) return [];
    const origin = run.versions.batch(name)?.origin ?? name;
    return `${name} still names the person in ${plural(rows, 'row')}: remove them from ${origin}, or they come back with its next change`;
  });
}

function left({ isWhole }: Rewriting): string {
  const statistics = isWhole ? '' : ', old rows of pg_statistic (as its owner: vacuum full pg_catalog.pg_statistic)';
  return `not erased here: the write-ahead log of the server until it is recycled, replicas, backups${statistics}`;
}

/** How a run ends that forgot: what was not built, or not written anew, fails it. */
export function finished(run: OpenRun, results: readonly NodeResult[], { unwritten }: Rewriting): RunEnd {
  const end = endOf(run, results);
  if (end.exitCode !== EXIT.done)
    run.emit({
      type: 'notice',
      message: 'what was not built may still name the person. When it is mended: runner forget',
    });
  if (unwritten.size === 0) return end;
  const faults = [...unwritten].map(
    ([name, why]): Fault => ({
      code: 'FORGET_NOT_REWRITTEN',
      message: `${name}: the server's files may still hold what was erased`,
      found: why,
      hint: 'Later: runner forget, without an ID, does it again.',
    }),
  );
  run.emit({ type: 'faults', faults });
  const error = [end.error, ...faults.map(({ code, message }) => `${code} ${message}`)].filter(Boolean).join('\n');
  return { exitCode: EXIT.failed, status: end.status === 'cancelled' ? end.status : 'failed', error };
}
