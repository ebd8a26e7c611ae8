import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../adapters/postgres.ts';
import type { Database } from '../../adapters/types.ts';
import { commandsOf, type } from '../operator.ts';
import { declare } from '../oracle/edits.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from '../sample-project.ts';
import { type SlackService, startSlack } from '../services/slack.ts';

const [, DAY] = SAMPLE_DAY;
let [project, slack]: [SampleProject | undefined, SlackService | undefined] = [undefined, undefined];
/** A server of its own: its roles are dropped and made again. */
let server: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
const dir = (): string => project?.dir ?? '';
const posted = (): readonly string[] => slack?.posted(slack.webhook) ?? [];
const operator = (commands: string): Promise<string> =>
  type(dir(), commands, DAY, { BACKUP: join(dir(), 'backup'), ADMIN: server.user, ADMIN_PASSWORD: server.password });

beforeAll(async () => {
  [project, slack] = [await sampleProject(), await startSlack()];
  await project.runner(['db', 'start']);
  const url = new URL((await project.runner(['db', 'url'])).stdout.trim());
  server = {
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: decodeURIComponent(url.password),
  };
  mkdirSync(join(dir(), 'backup'));
  writeFileSync(
    join(dir(), '.env'),
    `PGHOST=${server.host}\nPGPORT=${server.port}\nPGUSER=sds_owner\nPGPASSWORD=of-the-owner\nPGDATABASE=sportdb
RH_XLSX=sources/sample/rh.xlsx\nSPORT_XLSX=sources/sample/sport.xlsx\nURL_GSHEET=sources/sample/declarations.csv\nTRAJETS_CSV=sources/sample/trajets.csv
P12_PSEUDO_SALT=a-salt-for-tests\nSLACK_WEBHOOK_URL=${slack.webhook}\n`,
  );
  // As docker/sportdb.sql makes it: no superuser, and not the owner of the database.
  await on('postgres', (db) =>
    db.query(
      `create role sds_owner login createrole password 'of-the-owner';
       grant connect, create, temporary on database sportdb to sds_owner`,
    ),
  );
  await operator('npx runner load\nnpx runner build\nnpx runner notify --skip-all');
  await on('sportdb', async (db) => {
    await db.query(
      `create role reader login; grant connect on database sportdb to reader; grant usage on schema metier to reader;
       grant select on metier.vue_kpi_scenario to reader`,
    );
  });
});
afterAll(async () => {
  await project?.runner(['clean', '--data'], { PGHOST: '' });
  await Promise.all([project?.close(), slack?.close()]);
});

async function on<T>(database: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase({ ...server, database }, { max: 1 });
  return work(db).finally(() => db.close());
}

/** All rows of all tables, but those that tell of the runs made since. */
function content(): Promise<unknown> {
  return on('sportdb', async (db) => {
    const { rows } = await db.query(
      `select format('%I.%I', schemaname, tablename) from pg_tables
       where schemaname in ('raw', 'sec', 'metier') or schemaname = 'ops' and tablename ~ '^(histo|outbox|rejet|anomalie|batch)' order by 1`,
    );
    const texts: string[] = [];
    for (const [name] of rows)
      texts.push(JSON.stringify((await db.query(`select t::text from ${name} as t order by 1`)).rows));
    return texts;
  });
}

/** What the role reads, and what the database lets it do. */
function rightsOfReader(): Promise<unknown> {
  return on('sportdb', async (db) => {
    const sql = `set role reader;
      select (select count(*) from metier.vue_kpi_scenario), datacl::text from pg_database where datname = current_database()`;
    return (await db.query(sql)).rows;
  });
}

const figures = (): Promise<unknown> =>
  on('sportdb', async (db) => (await db.query('select * from metier.vue_kpi_scenario order by 1')).rows);

describe('to back up and to restore, as docs/operations.md says', () => {
  it('brings back all that was there, and sends nothing that was sent after the backup again', async () => {
    const [before, rights] = [await content(), await rightsOfReader()];
    expect(rights).toEqual([['3', expect.stringContaining('reader=c')]]);
    await operator(commandsOf('Back up'));
    expect(readFileSync(join(dir(), 'backup/roles.sql'), 'utf8')).not.toMatch(/password/i);

    // A day's work after the backup: it is lost with the database, but not in Slack.
    const [name = []] = await on(
      'sportdb',
      async (db) => (await db.query('select nom, prenom from sec.rh_salarie order by 1 limit 1')).rows,
    );
    const declared = ['24/11/2026 20:00:00', ...name.map(String), '24/11/2026', 'Natation', '2', '0:40:00', ''];
    if (project) declare(project, [declared]);
    await operator('npx runner pipeline');
    expect(posted()).toHaveLength(1);
    const worked = await figures();
    await on('sportdb', (db) => db.query('drop owned by reader; drop role reader'));
    rmSync(join(dir(), '.env'));

    const [restore = '', goOn = ''] = commandsOf('Restore').split(/(?=^npx runner load$)/m);
    await operator(restore);
    expect(await content()).toEqual(before);
    expect(await rightsOfReader()).toEqual(rights);
    const printed = await operator(goOn);
    expect(printed).toContain('Nothing changed');
    expect(printed).toContain('1 message passed over');
    expect(posted()).toHaveLength(1);
    expect(await figures()).toEqual(worked);
  });
});
