import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli.ts';
import type { TestDatabase } from './database.ts';

/**
 * Does docker/sportdb.sql in a test's database as psql does, with another name for the role, as all databases of the
 * server share its roles.
 * @returns the variables by which the runner connects as that role
 */
export async function makeOwner({ db, config }: Pick<TestDatabase, 'db' | 'config'>): Promise<Record<string, string>> {
  const [user, password] = [`sds_owner_${randomBytes(4).toString('hex')}`, "it's $secret"];
  const sql = readFileSync(join(ROOT, 'docker/sportdb.sql'), 'utf8')
    .replace('\\getenv password SDS_OWNER_PASSWORD\n', '')
    .replaceAll(":'password'", `'${password.replaceAll("'", "''")}'`)
    .replaceAll(':"DBNAME"', `"${config.database}"`)
    .replaceAll('sds_owner', user);
  await db.query(sql);
  return { PGUSER: user, PGPASSWORD: password };
}
