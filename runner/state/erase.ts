import type { Database, Session } from '../adapters/types.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';

/** Whose rows are erased, and which these are. */
export interface Erasure {
  /** Where project.yml says it. */
  readonly line: number;
  readonly id: string;
  readonly key: string;
  /** What they say of a person is `person`, all rows they have; of everybody else, `others`. */
  readonly knownBy: readonly Relation[];
  readonly rows: readonly { readonly relation: Relation; readonly sql: string }[];
  readonly aliases: readonly { readonly relation: Relation; readonly column: string; readonly sql: string }[];
  readonly messages: readonly { readonly outbox: string; readonly sql: string }[];
  readonly schemas: readonly string[];
  readonly stateSchema: string;
  /** Raw tables, with the batch in force. */
  readonly landed: readonly { readonly relation: Relation; readonly batchId: string | undefined }[];
}

export interface PersonRows {
  readonly relation: Relation;
  readonly rows: number;
  /** Those of the batch in force, of a raw table. */
  readonly inForce: number;
}

interface Table {
  readonly relation: Relation;
  readonly columns: readonly string[];
}

/** Texts of the runner's own tables that may quote the key of a message or a row. */
const TEXTS = [
  ['run', ['arguments', 'error']],
  ['node_result', ['message']],
  ['check_result', ['message']],
] as const;

/**
 * The rows of a person, by table: counted, or erased in one statement, so that each condition sees them as they were before.
 * @param person by the column `id`
 * @returns `undefined` when nothing knows that person
 */
export async function personRows(
  session: Session | Database,
  erasure: Erasure,
  person: string,
  work: 'count' | 'erase',
): Promise<readonly PersonRows[] | undefined> {
  const tables = await tablesOf(session, erasure.schemas);
  const known = erasure.knownBy.flatMap((relation) => tables.get(quoted(relation)) ?? []);
  if (known.length === 0) return undefined;
  const targets = targetsOf(erasure, tables);
  const parts =
    work === 'count'
      ? targets.map(({ count }) => count)
      : [
          ...targets.map(({ erase }) => erase),
          ...renamed(erasure, tables),
          ...masks(erasure.stateSchema, tables),
          ...shrunk(erasure, targets),
        ];
  const steps = parts.map((sql, index) => `step_${index} as (${sql})`);
  const counts = targets.map(
    ({ inForce = 'null' }, index) =>
      `select count(*), count(*) filter (where batch_id = ${inForce}) from step_${index}`,
  );
  const { rows } = await session.query(
    `with known as (${knownRows(known, erasure)}),
     person as (select * from known where ${identifier(erasure.id)} = $1),
     others as (select * from known where ${identifier(erasure.id)} is distinct from $1),
     made_up as materialized (select md5(gen_random_uuid()::text) as token),
     ${[words(erasure), ...steps].join(',\n')}
     select count(*), 0 from person
     union all ${counts.join('\nunion all ')}`,
    [person],
  );
  const [[isKnown] = [], ...found] = rows;
  if (isKnown === '0') return undefined;
  return targets.map(({ relation }, index) => {
    const [all, inForce] = found[index] ?? [];
    return { relation, rows: Number(all), inForce: Number(inForce) };
  });
}

interface Target {
  readonly relation: Relation;
  readonly isLanded: boolean;
  readonly inForce: string | undefined;
  readonly count: string;
  readonly erase: string;
}

function targetsOf(erasure: Erasure, tables: ReadonlyMap<string, Table>): readonly Target[] {
  const { key, stateSchema } = erasure;
  const ofPerson = (sql: string): string => `exists (select from person as p where (${sql}\n))`;
  const conditions = new Map<string, string[]>();
  const add = (relation: Relation, condition: string): void => {
    const name = quoted(relation);
    // What never landed, or was never built, holds nobody.
    if (tables.has(name)) conditions.set(name, [...(conditions.get(name) ?? []), condition]);
  };
  for (const { relation, columns } of tables.values())
    if (columns.includes(key)) add(relation, `t.${identifier(key)}::text in (select ${identifier(key)} from person)`);
  for (const { relation, sql } of erasure.rows) add(relation, ofPerson(sql));
  for (const { outbox, sql } of erasure.messages)
    add({ schema: stateSchema, name: 'outbox' }, `t.outbox = ${literal(outbox)} and ${ofPerson(sql)}`);
  return [...conditions].flatMap(([name, list]) => {
    const relation = tables.get(name)?.relation;
    if (!relation) return [];
    const landed = erasure.landed.find((one) => quoted(one.relation) === name);
    const batch = landed ? 't.batch_id' : 'null::bigint as batch_id';
    const where = list.map((condition) => `(${condition})`).join(' or ');
    return {
      relation,
      isLanded: landed !== undefined,
      inForce: landed?.batchId,
      count: `select ${batch} from ${name} as t where ${where}`,
      erase: `delete from ${name} as t where ${where} returning ${batch}`,
    };
  });
}

/** A name that follows from the person gives way to one that follows from nothing, the same in all their rows. */
function renamed({ aliases }: Erasure, tables: ReadonlyMap<string, Table>): readonly string[] {
  return aliases
    .filter(({ relation }) => tables.has(quoted(relation)))
    .map(({ relation, column, sql }) => {
      const name = identifier(column);
      return `update ${quoted(relation)} as t set ${name} = left(m.token, length(t.${name})) from made_up as m
        where t.${name} in (select (${sql}\n) from person as p) returning 1`;
    });
}

/** In what is kept of former runs, the person's id and keys give way to asterisks. */
function masks(schema: string, tables: ReadonlyMap<string, Table>): readonly string[] {
  return TEXTS.flatMap(([name, columns]) => {
    const relation = quoted({ schema, name });
    if (!tables.has(relation)) return [];
    const set = columns.map((column) => `${column} = regexp_replace(t.${column}, w.pattern, '***', 'g')`).join(', ');
    const where = columns.map((column) => `t.${column} ~ w.pattern`).join(' or ');
    return `update ${relation} as t set ${set} from words as w where ${where} returning 1`;
  });
}

/** A batch has as many rows as it says. */
function shrunk({ stateSchema }: Erasure, targets: readonly Target[]): readonly string[] {
  const erased = targets.flatMap(({ isLanded }, index) => (isLanded ? `select batch_id from step_${index}` : []));
  if (erased.length === 0) return [];
  const sql = `update ${quoted({ schema: stateSchema, name: 'batch' })} as b set row_count = b.row_count - e.rows
    from (select batch_id, count(*) as rows from (${erased.join(' union all ')}) as e group by batch_id) as e
    where b.batch_id = e.batch_id returning 1`;
  return [sql];
}

/** The person's ids and keys, as one pattern. */
function words({ id, key }: Erasure): string {
  return `words as (
     select '(?<![[:alnum:]])(' || string_agg(regexp_replace(word, '([^[:alnum:]])', '\\\\\\1', 'g'), '|') || ')(?![[:alnum:]])' as pattern
     from (select ${identifier(id)} from person union select ${identifier(key)} from person) as w (word) where word <> ''
   )`;
}

/** As texts, the columns that all have. */
function knownRows(known: readonly Table[], { id }: Erasure): string {
  const [first, ...others] = known.map(({ columns }) => columns);
  const common = (first ?? []).filter((column) => others.every((columns) => columns.includes(column)));
  const list = common.map((column) =>
    column === id ? `btrim(${identifier(column)}::text) as ${identifier(column)}` : `${identifier(column)}::text`,
  );
  return known.map(({ relation }) => `select ${list.join(', ')} from ${quoted(relation)}`).join(' union ');
}

/** The tables of some schemas, by their quoted names; partitions are part of theirs. */
async function tablesOf(session: Session | Database, schemas: readonly string[]): Promise<ReadonlyMap<string, Table>> {
  const { rows } = await session.query(
    `select n.nspname, c.relname, json_agg(a.attname order by a.attnum)
     from pg_catalog.pg_class c
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any ($1)
     group by n.nspname, c.relname order by 1, 2`,
    [schemas],
  );
  return new Map(
    rows.map(([schema, name, columns]) => {
      const relation = { schema: schema ?? '', name: name ?? '' };
      return [quoted(relation), { relation, columns: JSON.parse(columns ?? '[]') as readonly string[] }];
    }),
  );
}
