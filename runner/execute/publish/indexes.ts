import type { Session, TextResult } from '../../adapters/types.ts';
import { DatabaseError } from '../../errors.ts';
import type { IndexConfig } from '../../project/types.ts';
import { hashOf } from '../../util/hash.ts';
import { identifier, literal, quoted, type Relation, suffixed } from '../../util/sql.ts';
import { type Kind, oidOf } from './catalog.ts';
import type { ExclusiveStep } from './exclusive.ts';
import { lockRelation } from './lock.ts';

/** An index of the published table, or one that its configuration asks for. */
interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** What follows the table's name: ` USING btree (k)`. */
  readonly definition: string;
  /** The definition of the key or exclusion constraint that it stands for. */
  readonly constraint: string | null;
  /** What else the table says of it: `cluster on`, `replica identity using index`. */
  readonly uses: readonly string[];
  readonly comment: string | null;
  /** By the configuration, now or formerly, not by someone's hand. */
  readonly ours: boolean;
}

/**
 * Builds on the table aside the indexes that are to be on the published one: those that the configuration asks for and
 * those that others made. Done again, it builds only what lacks.
 * @param isFirst nothing is published yet, and nothing was built aside: there is no index to look for
 * @returns statements that give them their names, once the table has its own and the former table is gone
 */
export async function buildIndexes(
  session: Session,
  published: Relation,
  aside: Relation,
  wanted: readonly IndexConfig[] | 'as they are',
  isFirst: boolean,
): Promise<readonly string[]> {
  const [present, anew] = isFirst ? [[], []] : await indexesOf(session, published, aside);
  const asked = wanted === 'as they are' ? present : wantedIndexes(published, wanted);
  const kept = present.filter(({ name, ours }) => !ours || asked.some((index) => index.name === name));
  const added = asked.filter(({ name }) => !present.some((index) => index.name === name));
  const built = new Set(anew.map(({ name }) => name));
  const renames: string[] = [];
  for (const index of [...kept, ...added]) {
    const temporary = suffixed(index.name, '__aside');
    if (!built.has(temporary) && !(await build(session, aside, temporary, index))) continue;
    renames.push(
      index.constraint === null
        ? `alter index ${quoted({ ...published, name: temporary })} rename to ${identifier(index.name)}`
        : `alter table ${quoted(published)} rename constraint ${identifier(temporary)} to ${identifier(index.name)}`,
    );
  }
  return renames;
}

/**
 * Brings the runner's own indexes of a published relation to what the configuration asks for.
 * @returns the dropping of those that it does not ask for any more, which locks the relation
 */
export async function matchIndexes(
  session: Session,
  kind: Kind,
  published: Relation,
  wanted: readonly IndexConfig[],
): Promise<readonly ExclusiveStep[]> {
  const [present] = await indexesOf(session, published);
  const asked = wantedIndexes(published, wanted);
  for (const index of asked)
    if (!present.some(({ name }) => name === index.name)) await build(session, published, index.name, index);
  const unwanted = present.filter(({ ours }) => ours).filter(({ name }) => !asked.some((index) => index.name === name));
  if (unwanted.length === 0) return [];
  const list = unwanted.map(({ name }) => quoted({ ...published, name })).join(', ');
  return [
    {
      relation: published,
      prepare: async () => undefined,
      script: () => ({
        locks: [{ relation: published, statement: lockRelation(kind, published) }],
        statements: [`drop index if exists ${list}`],
      }),
    },
  ];
}

/** @returns false when a column of it is gone: as when one drops a column, its index goes too */
async function build(session: Session, table: Relation, name: string, index: Index): Promise<boolean> {
  const statement =
    index.constraint === null
      ? `create ${index.unique ? 'unique ' : ''}index ${identifier(name)} on ${quoted(table)}${index.definition}`
      : `alter table ${quoted(table)} add constraint ${identifier(name)} ${index.constraint}`;
  const uses = index.uses.map((use) => `alter table ${quoted(table)} ${use} ${identifier(name)}`);
  const comment =
    index.comment === null ? [] : [`comment on index ${quoted({ ...table, name })} is ${literal(index.comment)}`];
  const statements = ['savepoint runner_index', statement, ...uses, ...comment, 'release savepoint runner_index'];
  try {
    await session.query(statements.join(';\n'));
    return true;
  } catch (error) {
    const columnIsGone = error instanceof DatabaseError && error.sqlstate === '42703' && !index.ours;
    if (!columnIsGone) throw error;
    await session.query('rollback to savepoint runner_index');
    return false;
  }
}

function wantedIndexes(table: Relation, wanted: readonly IndexConfig[]): readonly Index[] {
  return wanted.map((index) => ({
    name: nameOf(table, index),
    unique: index.unique ?? false,
    definition: ` (${index.columns.map(identifier).join(', ')})`,
    constraint: null,
    uses: [],
    comment: null,
    ours: true,
  }));
}

/** Tells the definition: an index is ours when its name is the one that the configuration of such an index gives. */
function nameOf(table: Relation, index: IndexConfig): string {
  return `${table.name.slice(0, 40)}_${hashOf(index).slice(0, 8)}_idx`;
}

/** Those of two tables, in one round trip. */
async function indexesOf(
  session: Session,
  one: Relation,
  other: Relation = one,
): Promise<readonly [readonly Index[], readonly Index[]]> {
  const result = await session.query(
    `select c.relname, i.indisunique, substr(pg_get_indexdef(c.oid), strpos(pg_get_indexdef(c.oid), ' USING ')),
       (select pg_get_constraintdef(f.oid) from pg_catalog.pg_constraint f where f.conindid = c.oid and f.conrelid = i.indrelid and f.contype in ('p', 'u', 'x')),
       i.indisclustered, i.indisreplident, pg_catalog.obj_description(c.oid, 'pg_class'),
       (select json_agg(a.attname order by k.place) from unnest(i.indkey) with ordinality as k (number, place)
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number),
       i.indrelid = ${oidOf(one)}
     from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
     where i.indrelid in (${oidOf(one)}, ${oidOf(other)}) and i.indisvalid order by c.oid`,
  );
  const of = (table: Relation, isOne: string): readonly Index[] =>
    result.rows.filter((row) => row[8] === isOne).map((row) => toIndex(table, row));
  return [of(one, 't'), of(other, 'f')];
}

function toIndex(table: Relation, row: TextResult['rows'][number]): Index {
  const [name, unique, definition, constraint, clustered, identity, comment, columnNames] = row;
  const columns = JSON.parse(columnNames ?? '[]') as readonly string[];
  const configs: readonly IndexConfig[] = [{ columns }, { columns, unique: unique === 't' }];
  return {
    name: name ?? '',
    unique: unique === 't',
    definition: definition ?? '',
    constraint: constraint ?? null,
    uses: [...(clustered === 't' ? ['cluster on'] : []), ...(identity === 't' ? ['replica identity using index'] : [])],
    comment: comment ?? null,
    ours: constraint == null && configs.some((config) => nameOf(table, config) === name),
  };
}
