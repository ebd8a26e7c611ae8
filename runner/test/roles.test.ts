import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import type { Database } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { makeRoles, presentRoles } from '../state/make-roles.ts';
import type { Ended } from './cli.ts';
import { found, personalValues } from './personal-values.ts';
import { HISTORY_OF, RELATIONS } from './powerbi-relations.ts';
import { startProxy } from './proxy.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

// All databases of a server share its roles: other tests run at this moment with those of the project.
const [OWNER, BI, RH] = ['rt_owner', 'rt_bi', 'rt_rh'];
const PASSWORDS = { SDS_BI_PASSWORD: 'a password for bi', SDS_RH_PASSWORD: 'a password for rh' };

/** What the existing report reads, but the rejected rows, which hold names; and which costs of the history are shown. */
const READ_BY_BI = [...RELATIONS, ...HISTORY_OF]
  .map(({ relation }) => relation)
  .filter((name) => name !== 'ops.rejet')
  .concat('ops.histo_publiable');
const READ_BY_RH = [
  ...READ_BY_BI,
  'sec.declaration',
  'sec.histo_eligible',
  'sec.lien_salarie',
  'sec.rh_salarie',
  'sec.trajet_attendu',
  'sec.trajet_requis',
];

let project: SampleProject;
const open: Database[] = [];
const asOwner = (args: readonly string[], env = {}): Promise<Ended> =>
  project.runner(args, { PGUSER: OWNER, PGPASSWORD: 'owner', ...env });
const as = (user: string, password: string): Database => {
  const db = openDatabase({ ...project.config, user, password }, { max: 1 });
  open.push(db);
  return db;
};
const edit = (file: string, from: string, to: string): void => {
  const path = join(project.dir, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replaceAll(from, to));
};
const access = (): Promise<unknown> =>
  project.rows(
    `select coalesce(n.nspname || '.', '') || o.name, a.grantee::regrole, a.privilege_type from (
       select relnamespace as schema, relname as name, relacl as acl from pg_class union all select null, nspname, nspacl from pg_namespace) o
     left join pg_namespace n on n.oid = o.schema cross join aclexplode(o.acl) a
     where a.grantee::regrole::text ~ '^rt_(bi|rh)' order by 1, 2, 3`,
  );

beforeAll(async () => {
  project = await sampleProject();
  const granting = ['anomalie', 'run_metrique', 'histo_publiable'].map((name) => `models/ops/${name}.sql`);
  for (const file of ['project.yml', ...granting]) {
    edit(file, 'sds_bi', BI);
    if (file === 'project.yml') edit(file, 'sds_rh', RH);
  }
  await project.rows(
    `create role ${OWNER} login password 'owner'; grant create on database ${project.config.database} to ${OWNER}`,
  );
});
afterAll(async () => {
  for (const db of open) await db.close();
  const { host, port, user, password = '', database } = project.config;
  await project.rows(`drop owned by ${OWNER}, ${BI}, ${RH} cascade`);
  await project.close();
  expect(database).not.toBe('runner');
  const server = openDatabase({ host, port, user, password, database: 'runner' }, { max: 1 });
  await server.query(`drop role if exists ${BI}, ${RH}, ${OWNER}`).finally(() => server.close());
});

describe('an owner that is no superuser and does not own the database', () => {
  it('is told the SQL for an administrator where it may not make the roles, and nothing is built', async () => {
    const { code, stderr } = await asOwner(['build', ...SAMPLE_DAY]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('ROLE_MISSING')]);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      `create role "${BI}" nologin; create role "${RH}" nologin; grant "${BI}" to "${RH}";`,
    );
    expect(await project.rows("select from pg_namespace where nspname = 'metier'")).toEqual([]);
  });

  it('makes them with its first run when it may, and nobody can log in yet', async () => {
    await project.rows(`alter role ${OWNER} createrole`);
    const { code, stdout, stderr } = await asOwner(['pipeline', ...SAMPLE_DAY]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/\brole\b/);
    expect(
      await project.rows(
        `select rolname, rolcanlogin, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication from pg_roles where rolname in ('${BI}', '${RH}') order by 1`,
      ),
    ).toEqual([
      [BI, 'f', 'f'],
      [RH, 'f', 'f'],
    ]);
  });
});

describe('db roles', () => {
  it('prints the SQL for an administrator without a password, and does nothing', async () => {
    const before = await access();
    const { code, stdout, stderr } = await asOwner(['db', 'roles', '--print'], PASSWORDS);
    expect([code, stderr]).toEqual([0, '']);
    const { database } = project.config;
    expect(stdout).toContain(`grant connect on database ${database} to ${OWNER};`);
    expect(stdout).toContain(`revoke temporary on database ${database} from public;`);
    expect(stdout).toContain(`alter role "${RH}" login;`);
    expect(stdout).not.toMatch(/a password|SCRAM/);
    expect(await access()).toEqual(before);
  });

  it('does what the connected role may, says what is left, and is done once an administrator has run it', async () => {
    const first = await asOwner(['db', 'roles'], PASSWORDS);
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('ROLES_INCOMPLETE')]);
    expect(first.stderr).toContain('revoke temporary on database');
    expect(first.stderr).not.toContain('alter role');
    const second = await project.runner(['db', 'roles'], PASSWORDS);
    expect([second.code, second.stderr]).toEqual([0, '']);
    const third = await asOwner(['db', 'roles']);
    expect([third.code, third.stdout, third.stderr]).toEqual([0, '', '']);
  });

  it('sends no password, but what PostgreSQL keeps of it, and a login with the password works', async () => {
    let sent = '';
    const proxy = await startProxy(project.config, (now) => {
      sent += now;
      return 'pass';
    });
    const { code, stdout } = await project.runner(['db', 'roles'], { ...PASSWORDS, PGPORT: String(proxy.port) });
    await proxy.close();
    expect([code, sent.match(/login password 'SCRAM-SHA-256\$4096:/g)]).toEqual([
      0,
      [expect.any(String), expect.any(String)],
    ]);
    expect(sent + stdout).not.toMatch(/a password/);
    expect(stdout).not.toContain('SCRAM');
    expect((await as(BI, PASSWORDS.SDS_BI_PASSWORD).query('select current_user')).rows).toEqual([[BI]]);
    await expect(as(BI, PASSWORDS.SDS_RH_PASSWORD).query('select 1')).rejects.toThrow('password authentication failed');
  });

  it('refuses a short password without showing it', async () => {
    const { code, stderr } = await project.runner(['db', 'roles'], { SDS_BI_PASSWORD: 'too short' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('ROLE_PASSWORD_INVALID')]);
    expect(stderr).not.toContain('too short');
  });

  it('takes rights over the server from a declared role, and gives back grants that were lost', async () => {
    const before = await access();
    await project.rows(
      `alter role ${BI} createdb; revoke select on metier.vue_kpi_bu, ops.histo_run from ${BI}; revoke usage on schema metier from ${BI}; grant usage on schema raw to public`,
    );
    expect(await access()).not.toEqual(before);
    const owner = await asOwner(['db', 'roles']);
    expect([owner.code, owner.stderr]).toEqual([1, expect.stringContaining(`alter role ${BI} nocreatedb;`)]);
    expect(await access()).toEqual(before);
    expect((await project.runner(['db', 'roles'])).code).toBe(0);
    expect(await project.rows(`select rolcreatedb from pg_roles where rolname = '${BI}'`)).toEqual([['f']]);
    expect(await project.rows(`select has_schema_privilege('${RH}', 'raw', 'usage')`)).toEqual([['f']]);
  });

  it('makes a role once when many databases of the server ask for it at the same time', async () => {
    const roles = [
      { name: 'rt_race_a', memberOf: [] },
      { name: 'rt_race_b', memberOf: ['rt_race_a'] },
    ];
    const dbs = Array.from({ length: 8 }, () => openDatabase(project.config, { max: 1 }));
    open.push(...dbs);
    await Promise.all(dbs.map((db) => db.query('select 1')));
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(dbs.map((db) => makeRoles(db, roles, new Map())));
      const made = await presentRoles(project.db, roles, []);
      expect([made.size, made.get('rt_race_b')?.memberOf]).toEqual([2, ['rt_race_a']]);
      await project.rows('drop role rt_race_b; drop role rt_race_a');
    }
  });
});

describe.each([
  ['Power BI', BI, PASSWORDS.SDS_BI_PASSWORD, READ_BY_BI],
  ['HR', RH, PASSWORDS.SDS_RH_PASSWORD, READ_BY_RH],
])('the role of %s', (_title, role, password, allowed) => {
  let db: Database;
  beforeAll(() => {
    db = as(role, password);
  });

  it('reads exactly what it is to, of all relations of the database', async () => {
    const relations = await project.rows(
      `select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace
       where relkind in ('r', 'v', 'm', 'p', 'f') and nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`,
    );
    expect(relations.length).toBeGreaterThan(80);
    expect(await readable(db, relations.flat() as readonly string[])).toEqual([...allowed].sort());
    const columns = await db.query(
      `select distinct c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_namespace n on n.oid = relnamespace
       where nspname !~ '^pg_' and nspname <> 'information_schema' and has_column_privilege(c.oid, attnum, 'select') and has_schema_privilege(n.oid, 'usage')
         and not has_table_privilege(c.oid, 'select') and relkind in ('r', 'v', 'm', 'p')`,
    );
    expect(columns.rows).toEqual([]);
  });

  it('can write nothing, make nothing, and become nobody else', async () => {
    await db.query('set default_transaction_read_only = off');
    const { database } = project.config;
    const writes = allowed.flatMap((name) => [
      `truncate ${name}`,
      `comment on table ${name} is 'x'`,
      `drop table ${name}`,
      ...(name.includes('.v') || name.endsWith('metrique') || name.endsWith('publiable')
        ? []
        : [`delete from ${name}`, `insert into ${name} default values`]),
    ]);
    const makes = ['public', 'raw', 'staging', 'sec', 'metier', 'ops'].flatMap((schema) => [
      `create table ${schema}.t (n int)`,
      `create view ${schema}.v as select 1`,
      `create function ${schema}.f(text) returns bool cost 0.0001 language plpgsql as 'begin raise notice ''%'', $1; return true; end'`,
    ]);
    const rises = [
      'create temporary table t (n int)',
      "create function pg_temp.f(text) returns bool language sql as 'select true'",
      'create schema s',
      'create role r',
      'create database rt_d',
      'create extension pg_stat_statements',
      `alter role ${role} superuser`,
      `alter role ${role} createrole`,
      `alter role ${OWNER} password 'x'`,
      `set role ${OWNER}`,
      'set role pg_read_all_data',
      `set session authorization ${OWNER}`,
      `grant ${OWNER} to ${role}`,
      `alter database ${database} set work_mem = '1MB'`,
      "set log_statement = 'none'",
      'set session_replication_role = replica',
      "select pg_read_file('postgresql.conf')",
      "select pg_ls_dir('.')",
      "select lo_import('/etc/hostname')",
      "copy (select 1) to program 'true'",
      "copy (select 1) to '/tmp/x'",
      'select * from pg_authid',
      'select * from pg_statistic',
      'select pg_stat_reset()',
      'select pg_reload_conf()',
      "select set_config('role', 'pg_write_all_data', false)",
      ...(role === BI ? [`set role ${RH}`] : []),
    ];
    const done: string[] = [];
    for (const sql of [...writes, ...makes, ...rises]) {
      const outcome = await db.query(sql).catch((error: unknown) => error);
      if (!(outcome instanceof DatabaseError && ['42501', '42809'].includes(outcome.sqlstate))) done.push(sql);
    }
    expect(done).toEqual([]);
    const privileges = await project.rows(
      `select c.oid::regclass::text, p from pg_class c cross join unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']
         || case when current_setting('server_version_num')::int >= 170000 then array['maintain'] end) p
       where relkind in ('r', 'v', 'm', 'p') and relname <> 'pg_settings' and has_table_privilege('${role}', c.oid, p)
       union all select c.oid::regclass::text, p from pg_class c cross join unnest(array['select', 'update', 'usage']) p
       where relkind = 'S' and has_sequence_privilege('${role}', c.oid, p)
       union all select nspname, 'create' from pg_namespace where has_schema_privilege('${role}', oid, 'create')
       union all select datname, p from pg_database cross join unnest(array['create', 'temporary']) p
       where datname = current_database() and has_database_privilege('${role}', oid, p)
       union all select p.oid::regprocedure::text, 'security definer' from pg_proc p where prosecdef and has_function_privilege('${role}', oid, 'execute')`,
    );
    expect(privileges).toEqual([]);
  });

  it('is kept from writing by mistake, and from standing in the way of a run for long', async () => {
    const fresh = as(role, password);
    const { rows } = await fresh.query(
      "select current_setting('default_transaction_read_only'), current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')",
    );
    expect(rows).toEqual([['on', '10min', '10min']]);
  });
});

it('in all that the role of Power BI can read, catalogs and statistics included, nobody can be told', async () => {
  await project.rows('analyze');
  const values = await personalValues(project);
  const stats = (await project.rows("select string_agg(s::text, E'\\n') from pg_stats s"))[0]?.[0] ?? '';
  expect(found(values, stats).length).toBeGreaterThan(50);
  const db = as(BI, PASSWORDS.SDS_BI_PASSWORD);
  // Of the catalogs that show content, what is of this database, without the numbers of processes, ports and objects, which may
  // be anyone's salary; whole numbers in the others are of the server's own objects.
  const content: Readonly<Record<string, string>> = {
    'pg_catalog.pg_stats': "select * from pg_stats where schemaname !~ '^(pg_|information_schema)'",
    'pg_catalog.pg_stats_ext': 'select * from pg_stats_ext',
    'pg_catalog.pg_stats_ext_exprs': 'select * from pg_stats_ext_exprs',
    'pg_catalog.pg_stat_activity':
      'select datname, usename, application_name, client_hostname, wait_event, state, query, backend_type from pg_stat_activity',
    'pg_catalog.pg_description': 'select description from pg_description where objoid >= 16384',
    'pg_catalog.pg_views': 'select * from pg_views',
  };
  const { rows } = await db.query(
    `select format('%I.%I', nspname, relname), nspname ~ '^(pg_|information_schema$)' from pg_class c join pg_namespace n on n.oid = relnamespace
     where relkind in ('r', 'v', 'm', 'p', 'f') and relname !~ '^pg_timezone' order by 1`,
  );
  const leaks: string[] = [];
  let read = 0;
  for (const [name = '', isCatalog] of rows as readonly (readonly string[])[]) {
    const text = (await dump(db, `(${content[name] ?? `select * from ${name}`})`)) ?? '';
    read += text.length;
    const isBare = isCatalog === 't' && !(name in content);
    const sought = isBare ? values.filter((value) => !/^\d+$/.test(value)) : values;
    leaks.push(...found(sought, text).map((value) => `${name}: ${value}`));
  }
  expect(leaks).toEqual([]);
  expect(read).toBeGreaterThan(1e6);
});

it('what the roles may stays as it is when a run has nothing to do, builds all again, or makes again, also in a second attempt, what was edited or dropped', async () => {
  const before = await access();
  expect((await asOwner(['pipeline', ...SAMPLE_DAY])).stdout).toContain('Nothing changed');
  expect(await access()).toEqual(before);
  edit('models/bi/vue_kpi_bu.sql', 'groupe as bu', "groupe || '' as bu");
  edit('models/ops/anomalie.sql', 'anomalies.motif,', "anomalies.motif || '' as motif,");
  edit('models/sec/lien_salarie.sql', 'as nb_homonymes', 'as nb_homonymes, 1 as une_colonne');
  writeFileSync(
    join(project.dir, 'soda/sec/lien_salarie.yml'),
    `${readFileSync(join(project.dir, 'soda/sec/lien_salarie.yml'), 'utf8')}  - name: une_colonne\n    data_type: integer\n`,
  );
  const [[former] = []] = await project.rows("select 'sec.lien_salarie'::regclass::oid");
  await project.rows('drop view metier.vue_kpi_scenario; drop table sec.declaration');
  edit('models/sec/rh_salarie.sql', 'select * from final', 'select * from final where 1 / 0 > 0');
  expect((await asOwner(['build', '--select', 'changed', ...SAMPLE_DAY])).code).toBe(1);
  edit('models/sec/rh_salarie.sql', ' where 1 / 0 > 0', '');
  expect(await asOwner(['retry'])).toMatchObject({ code: 0, stderr: '' });
  expect(await project.rows("select 'sec.lien_salarie'::regclass::oid")).not.toEqual([[former]]);
  expect(await access()).toEqual(before);
  expect((await asOwner(['build', '--full-refresh', ...SAMPLE_DAY])).stderr).toBe('');
  expect(await access()).toEqual(before);
});

/** A relation's rows as text, `undefined` where it may not be read. */
async function dump(db: Database, name: string): Promise<string | undefined> {
  try {
    return (await db.query(`select coalesce(string_agg(r::text, E'\\n'), '') from ${name} as r`)).rows[0]?.[0] ?? '';
  } catch (error) {
    expect(error).toMatchObject({ sqlstate: '42501' });
    return undefined;
  }
}

async function readable(db: Database, names: readonly string[]): Promise<readonly string[]> {
  const read: string[] = [];
  for (const name of names) if ((await dump(db, name)) !== undefined) read.push(name);
  return read;
}
