import type { TextResult } from '../adapters/types.ts';
import { ConnectionLost } from '../errors.ts';
import { again } from '../util/again.ts';
import { hashOf } from '../util/hash.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { Outbox, OutboxContext } from './types.ts';

/** How an attempt ended. */
export interface Ending {
  readonly status: 'waiting' | 'sent';
  /** It arrived. */
  readonly arrived?: boolean;
  /** It may have arrived. */
  readonly uncertain?: boolean;
  readonly reason?: string;
  /** Milliseconds for which no message is to be sent. */
  readonly wait?: number;
}

/** The table `outbox`: what became of each message. It holds no text and no person. */
export interface Ledger {
  /** Attempts that a run has left without noting their end, by outbox: each may have arrived. */
  recover(outboxes: readonly string[]): Promise<readonly string[]>;
  isPublished(outbox: Outbox): Promise<boolean>;
  /** Takes up the rows of the model that are not known; returns how many. `settles`: no flag asks for it any more. */
  note(outbox: Outbox, settles: boolean): Promise<number>;
  /** Keys of what waits and has its row, the oldest first. */
  waiting(outbox: Outbox): Promise<readonly string[]>;
  /** Keys of the last messages that were sent and have their rows, the oldest first. */
  lastSent(outbox: Outbox): Promise<readonly string[]>;
  /** Notes that an attempt begins. Returns the text, `null` when it has none, `undefined` when the row is gone. */
  begin(outbox: Outbox, key: string, from: Ending['status']): Promise<string | null | undefined>;
  end(outbox: Outbox, key: string, ending: Ending): Promise<void>;
  /** Milliseconds since the last attempt in these outboxes; `undefined` when there was none. */
  sinceLast(outboxes: readonly string[]): Promise<number | undefined>;
  /** Milliseconds for which the webhook of an address has asked to be left alone; 0 when it has not. */
  heldBack(address: string): Promise<number>;
  /** How many messages wait and have their rows, and how many have lost theirs since a run has last looked. */
  left(outbox: Outbox): Promise<{ readonly waiting: number; readonly withdrawn: number }>;
  /** Notes that waiting messages are not to be sent: those of these keys, or all. Returns their keys. */
  skip(outboxes: readonly string[], keys: readonly string[] | undefined): Promise<readonly string[]>;
}

/** What a statement has answered. */
interface Written {
  readonly last: TextResult;
  /** Where it was done twice, the answer that tells all that was done. */
  readonly fullest: TextResult;
}

export function createLedger({ notes, lock, stateSchema, runId }: OutboxContext): Ledger {
  const table = quoted({ schema: stateSchema, name: 'outbox' });
  const due = quoted({ schema: stateSchema, name: 'outbox_due' });
  // Each statement may be done twice: that of a commit that was not answered. If it took place, the second time finds less
  // left to do, and the first answer tells what was done; the lock keeps others out.
  const write = async (sql: string, params: readonly unknown[]): Promise<Written> => {
    let former: ConnectionLost | undefined;
    const answers: TextResult[] = [];
    const attempt = async (): Promise<TextResult> => {
      if (former) {
        await notes.settle(former);
        await lock.regain();
      }
      return notes.transaction(async (tx) => {
        const result = await tx.query(sql, params);
        answers.push(result);
        await lock.requireHeld(tx);
        return result;
      });
    };
    const last = await again(attempt, {
      isPassing: (error) => error instanceof ConnectionLost,
      onAgain: (error) => {
        former = error as ConnectionLost;
      },
    });
    return { last, fullest: answers.reduce((most, answer) => (answer.rowCount > most.rowCount ? answer : most), last) };
  };
  const keysOf = ({ rows }: TextResult): readonly string[] => [...new Set(rows.map(([key]) => key ?? ''))];
  const known = ({ relation, key }: Outbox): string =>
    `${table} as o join ${quoted(relation)} as m on m.${identifier(key)}::text = o.message_key`;
  return {
    async recover(outboxes) {
      const { fullest } = await write(
        `update ${table} set status = case when sent_at is null then 'waiting' else 'sent' end, uncertain = uncertain + 1,
           reason = 'a run ended before it had noted the answer'
         where outbox = any ($1::text[]) and status = 'sending' returning outbox`,
        [outboxes],
      );
      return fullest.rows.map(([outbox]) => outbox ?? '');
    },
    async isPublished({ relation }) {
      const { rows } = await notes.query('select to_regclass($1) is not null', [quoted(relation)]);
      return rows[0]?.[0] === 't';
    },
    async note({ name, relation, key }, settles) {
      const { fullest } = await write(
        `with settled as (delete from ${due} where outbox = $1 and $3::boolean)
         insert into ${table} (outbox, message_key, status, noted_at, run_id)
         select distinct $1::text, m.${identifier(key)}::text, 'waiting', clock_timestamp(), $2::text from ${quoted(relation)} as m
         on conflict do nothing`,
        [name, runId, settles],
      );
      return fullest.rowCount;
    },
    async waiting(outbox) {
      const order = [...outbox.orderBy, outbox.key].map((column) => `m.${identifier(column)}`).join(', ');
      const sql = `select o.message_key from ${known(outbox)} where o.outbox = $1 and o.status = 'waiting' order by ${order}`;
      return keysOf(await notes.query(sql, [outbox.name]));
    },
    async lastSent(outbox) {
      const order = [...outbox.orderBy, outbox.key].map((column) => `m.${identifier(column)} desc`).join(', ');
      const sql = `select o.message_key from ${known(outbox)} where o.outbox = $1 and o.status = 'sent' order by ${order} limit $2`;
      return keysOf(await notes.query(sql, [outbox.name, outbox.republish])).toReversed();
    },
    async begin({ name, relation, key, text }, message, from) {
      const { last } = await write(
        `update ${table} as o set status = 'sending', attempts = attempts + case o.status when 'sending' then 0 else 1 end,
           tried_at = clock_timestamp(), run_id = $3, reason = null
         from ${quoted(relation)} as m
         where m.${identifier(key)}::text = o.message_key and o.outbox = $1 and o.message_key = $2
           and (o.status = $4 or o.status = 'sending' and o.run_id = $3)
         returning m.${identifier(text)}::text`,
        [name, message, runId, from],
      );
      return last.rows[0]?.[0];
    },
    async end({ name, address = '' }, message, { status, arrived = false, uncertain = false, reason, wait = 0 }) {
      await write(
        `update ${table} set status = $4, uncertain = uncertain + $5::boolean::integer,
           resent = resent + ($6::boolean and sent_at is not null)::integer,
           sent_at = case when $6 then clock_timestamp() else sent_at end, tried_at = clock_timestamp(), reason = $7,
           not_before = clock_timestamp() + nullif($8::double precision, 0) * interval '1 millisecond',
           not_before_of = case when $8::double precision > 0 then $9 end
         where outbox = $1 and message_key = $2 and status = 'sending' and run_id = $3`,
        [name, message, runId, status, uncertain, arrived, reason ?? null, wait, markOf(address)],
      );
    },
    async sinceLast(outboxes) {
      const { rows } = await notes.query(
        `select extract(epoch from clock_timestamp() - max(tried_at)) * 1000 from ${table} where outbox = any ($1::text[])`,
        [outboxes],
      );
      const elapsed = rows[0]?.[0];
      return elapsed == null ? undefined : Number(elapsed);
    },
    async heldBack(address) {
      const { rows } = await notes.query(
        `select greatest(0, extract(epoch from max(not_before) - clock_timestamp()) * 1000) from ${table} where not_before_of = $1`,
        [markOf(address)],
      );
      return Number(rows[0]?.[0] ?? 0);
    },
    async left({ name, relation, key }) {
      const lost = `not exists (select from ${quoted(relation)} as m where m.${identifier(key)}::text = o.message_key)`;
      const { fullest } = await write(
        `update ${table} as o set reason = case when ${lost} then $2 end
         where outbox = $1 and status = 'waiting' and ${lost} <> (reason is not distinct from $2) returning reason`,
        [name, LOST],
      );
      const { rows } = await notes.query(
        `select count(*) from ${table} as o where outbox = $1 and status = 'waiting' and not ${lost}`,
        [name],
      );
      return { waiting: Number(rows[0]?.[0]), withdrawn: fullest.rows.filter(([reason]) => reason === LOST).length };
    },
    async skip(outboxes, keys) {
      const sql = `update ${table} set status = 'skipped', reason = 'passed over by hand', run_id = $3
        where outbox = any ($1::text[]) and status = 'waiting' and ($2::text[] is null or message_key = any ($2)) returning message_key`;
      return keysOf((await write(sql, [outboxes, keys ?? null, runId])).fullest);
    },
  };
}

/** Tells a webhook from another without holding its address, which is a secret. */
function markOf(address: string): string {
  return hashOf([address]).slice(0, 16);
}

/** Why a message waits, until its row comes back. */
const LOST = 'its row is gone';
