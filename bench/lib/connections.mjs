import { performance } from 'node:perf_hooks';
import pg from 'pg';

/**
 * Builds generated models as the runner has them built (aside, indexed, audited by their contract, renamed, committed: a
 * transaction each), on bare connections and with no word of bookkeeping; each as soon as what it reads is there.
 * @param sqlOf name → its select
 * @returns seconds
 */
export async function onConnections(server, models, connections, sqlOf) {
  const statements = new Map(models.map(({ name }) => [name, statementsOf(name, sqlOf(name))]));
  const waiting = new Map(models.map(({ name, reads }) => [name, reads.length]));
  const readers = new Map(models.map(({ name }) => [name, []]));
  for (const { name, reads } of models) for (const read of reads) readers.get(read).push(name);
  const ready = models.filter(({ reads }) => reads.length === 0).map(({ name }) => name);
  const clients = Array.from({ length: connections }, () => new pg.Client(server));
  const start = performance.now();
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0].query('create schema g');
  let done = 0;
  let wake = () => undefined;
  let woken = new Promise((resolve) => (wake = resolve));
  const work = async (client) => {
    while (done < models.length) {
      const name = ready.shift();
      if (name === undefined) {
        await woken;
        continue;
      }
      for (const statement of statements.get(name)) await client.query(statement);
      done += 1;
      for (const reader of readers.get(name)) {
        waiting.set(reader, waiting.get(reader) - 1);
        if (waiting.get(reader) === 0) ready.push(reader);
      }
      wake();
      woken = new Promise((resolve) => (wake = resolve));
    }
  };
  await Promise.all(clients.map(work));
  await Promise.all(clients.map((client) => client.end()));
  return { seconds: (performance.now() - start) / 1000 };
}

function statementsOf(name, sql) {
  const aside = `g.${name}__aside`;
  return [
    'begin',
    `create table ${aside} as\n${sql}`,
    `select count(*), count(*) filter (where id is null), count(distinct id) filter (where id is not null), count(*) filter (where amount < 0) from ${aside}`,
    `select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '${aside}'::regclass and attnum > 0 and not attisdropped order by attnum`,
    `create unique index ${name}_idx__aside on ${aside} (id)`,
    `analyze ${aside}`,
    `alter table ${aside} rename to ${name}`,
    `alter index g.${name}_idx__aside rename to ${name}_idx`,
    'commit',
  ];
}
