import type { OutboxConfig } from '../project/message-types.ts';
import { identifier, literal } from '../util/sql.ts';
import type { OutboxContext } from './types.ts';

/**
 * Notes where new rows are to be taken up: in the outboxes whose flag is raised. The build that follows consumes the flag;
 * should the run die, its model fail, or the run be one that sends nothing, a later one still knows.
 */
export async function noteDue(
  { notes, stateSchema, runId }: Pick<OutboxContext, 'notes' | 'stateSchema' | 'runId'>,
  outboxes: readonly OutboxConfig[],
  raised: readonly string[],
): Promise<void> {
  const due = outboxes.filter(({ whenFlag }) => whenFlag !== undefined && raised.includes(whenFlag));
  if (due.length === 0) return;
  await notes.query(
    `insert into ${identifier(stateSchema)}.outbox_due (outbox, run_id, due_since)
     select unnest($1::text[]), $2, clock_timestamp() on conflict do nothing`,
    [due.map(({ name }) => name), runId],
  );
}

/** Where rows are due, and how many messages wait, by outbox. */
export async function findDue(
  { notes, lock, stateSchema }: Pick<OutboxContext, 'notes' | 'lock' | 'stateSchema'>,
  outboxes: readonly OutboxConfig[],
): Promise<{ readonly due: ReadonlySet<string>; readonly open: ReadonlyMap<string, number> }> {
  const schema = identifier(stateSchema);
  const names = outboxes.map(({ name }) => literal(name)).join(', ');
  const sql = `select outbox, null from ${schema}.outbox_due where outbox in (${names})
    union all select outbox, count(*) from ${schema}.outbox where status in ('waiting', 'sending') and outbox in (${names}) group by outbox`;
  // The session of the lock may have been lost in the build.
  const { rows } = await lock.query(sql).catch(() => notes.query(sql));
  const found = rows.map(([outbox, count]) => ({ outbox: outbox ?? '', count }));
  return {
    due: new Set(found.flatMap(({ outbox, count }) => (count === null ? [outbox] : []))),
    open: new Map(found.flatMap(({ outbox, count }) => (count === null ? [] : [[outbox, Number(count)]]))),
  };
}
