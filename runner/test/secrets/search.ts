// Looks for marks in all that a command has written and in what others can see of it while it runs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../adapters/types.ts';
import { identifier, literal } from '../../util/sql.ts';

/** The marks in a text, in any case, plain or as base64 writes them. */
export function marksIn(text: string, marks: readonly string[]): readonly string[] {
  const lower = text.toLowerCase();
  return marks.filter(
    (mark) => lower.includes(mark.toLowerCase()) || base64Of(mark).some((encoded) => text.includes(encoded)),
  );
}

/** `place: mark` of each file of a folder that holds one. @param rightly files that may, relative to the folder */
export function marksInFiles(
  dir: string,
  marks: readonly string[],
  rightly: readonly string[] = [],
): readonly string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !rightly.some((name) => file === join(dir, name)))
    .flatMap((file) =>
      marksIn(readFileSync(file, 'latin1'), marks).map((mark) => `${file.slice(dir.length + 1)}: ${mark}`),
    );
}

/** What of the catalog holds texts that somebody wrote. */
const CATALOG: Readonly<Record<string, string>> = {
  comments:
    'select description from pg_catalog.pg_description union all select description from pg_catalog.pg_shdescription',
  views: 'select definition from pg_catalog.pg_views union all select definition from pg_catalog.pg_matviews',
  functions: 'select prosrc from pg_catalog.pg_proc',
  settings: 'select setconfig::text from pg_catalog.pg_db_role_setting',
  defaults: 'select pg_get_expr(adbin, adrelid) from pg_catalog.pg_attrdef',
  constraints: 'select pg_get_constraintdef(oid) from pg_catalog.pg_constraint',
};

/** `place: mark` of each table of a database that holds one in some row, and of the catalog. */
export async function marksInDatabase(db: Database, marks: readonly string[]): Promise<readonly string[]> {
  const tables = await db.query(
    `select n.nspname, c.relname from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1, 2`,
  );
  const rows = tables.rows.map(([schema, name]): readonly [string, string] => [
    `${schema}.${name}`,
    `select t::text from ${identifier(schema ?? '')}.${identifier(name ?? '')} as t`,
  ]);
  const found: string[] = [];
  for (const [place, query] of [...rows, ...Object.entries(CATALOG)]) {
    const pairs = marks.flatMap((mark) => [mark.toLowerCase(), ...base64Of(mark)].map((form) => [mark, form] as const));
    const held = await db.query(
      `select distinct m.mark from (${query}) as q (held),
         (values ${pairs.map(([mark, form]) => `(${literal(mark)}, ${literal(form)})`).join(', ')}) as m (mark, form)
       where strpos(q.held, m.form) > 0 or strpos(lower(q.held), m.form) > 0`,
    );
    found.push(...held.rows.map(([mark]) => `${place}: ${mark}`));
  }
  return found;
}

export interface Onlooker {
  /** What was seen since the start, and the end of it. */
  readonly seen: () => Promise<string>;
}

/** Looks on, as others on the server and the machine can: sessions with their queries, and the arguments of processes. */
export function lookOn(db: Database, period = 50): Onlooker {
  const seen = new Set<string>();
  let goesOn = true;
  const looking = (async () => {
    while (goesOn) {
      const sessions = await db.query(
        'select application_name, query from pg_catalog.pg_stat_activity where pid <> pg_backend_pid()',
      );
      for (const row of sessions.rows) seen.add(row.join(' '));
      for (const line of commandLines()) seen.add(line);
      await sleep(period);
    }
  })();
  return {
    async seen() {
      goesOn = false;
      await looking;
      return [...seen].join('\n');
    },
  };
}

/** Of Linux; elsewhere none. */
function commandLines(): readonly string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readIfThere(`/proc/${pid}/cmdline`));
  } catch {
    return [];
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function base64Of(mark: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(mark)]);
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}
