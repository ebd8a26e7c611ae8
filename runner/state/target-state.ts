import { literal } from '../util/sql.ts';
import { LATEST_MIGRATION, refuseNewer } from './migrations.ts';
import type { BatchState, BuiltRelation, NodeState, PresentRole, PresentRoles, TargetState } from './types.ts';

/** What a target holds that was never built. */
export const NOTHING: TargetState = {
  nodes: new Map(),
  batches: new Map(),
  relations: new Map(),
  empty: new Set(),
  built: [],
  roles: new Map(),
  hasScratch: false,
};

interface StateJson {
  readonly migration: string | null;
  readonly nodes: readonly ({ id: string } & NodeState)[] | null;
  readonly batches: readonly ({ source: string } & BatchState)[] | null;
  readonly relations: Readonly<Record<string, string>> | null;
  readonly built: readonly BuiltRelation[] | null;
  readonly roles: Readonly<Record<string, PresentRole>> | null;
  readonly hasScratch: boolean;
}

/** Of a built relation `b` and the one `c` that has its name now: one that someone else made since is not ours. */
export const IS_THE_BUILT_ONE = 'c.relkind::text = b.kind and c.oid::bigint = b.oid';

/** What the names of throw-away schemas begin with; eight hexadecimal digits and `_` follow. */
export const SCRATCH_PREFIX = 'runner_scratch_';
/** Of a row of `pg_namespace`, if this role may drop it. */
export const IS_SCRATCH = `nspname ~ '^${SCRATCH_PREFIX}[0-9a-f]{8}_' and pg_has_role(nspowner, 'usage')`;

/** One statement for all that a plan needs; hashes only, so that it stays light. */
export function stateQuery(
  table: (name: string) => string,
  schemas: readonly string[],
  roles: readonly string[],
): string {
  return `select json_build_object(
    'migration', (select max(name) from ${table('migration')}),
    'nodes', (select json_agg(json_build_object('id', node_id, 'parts', parts, 'hashes', hashes, 'versions', versions)) from ${table('node_state')}),
    'batches', (select json_agg(json_build_object('source', source, 'batchId', batch_id::text, 'version', version, 'origin', origin, 'originHash', origin_hash, 'rowCount', row_count))
                from (select distinct on (source) * from ${table('batch')} order by source, batch_id desc) as latest),
    'relations', (select json_object_agg(n.nspname || '.' || c.relname, c.relkind) from pg_catalog.pg_class c
                  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                  where c.relkind in ('r', 'v', 'm', 'p') and n.nspname = any (${textArray(schemas)})),
    'built', (select json_agg(json_build_object('nodeId', b.node_id, 'relation', json_build_object('schema', b.schema_name, 'name', b.relation_name), 'isProtected', b.protected)
                order by b.schema_name, b.relation_name)
              from ${table('built_relation')} b join pg_catalog.pg_namespace n on n.nspname = b.schema_name
              join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = b.relation_name
              where ${IS_THE_BUILT_ONE}),
    'roles', (${rolesQuery(roles, schemas)}),
    'hasScratch', exists (select from pg_catalog.pg_namespace where ${IS_SCRATCH})
  )`;
}

/** One JSON object, of these names that are roles: each with the roles that it is a member of, and which of the schemas it may use. */
export function rolesQuery(names: readonly string[], schemas: readonly string[]): string {
  return `select json_object_agg(r.rolname, json_build_object(
      'memberOf', (select coalesce(json_agg(g.rolname), '[]') from pg_catalog.pg_auth_members m
                   join pg_catalog.pg_roles g on g.oid = m.roleid where m.member = r.oid),
      'usage', (select coalesce(json_agg(n.nspname), '[]') from pg_catalog.pg_namespace n
                where n.nspname = any (${textArray(schemas)}) and has_schema_privilege(r.oid, n.oid, 'usage'))))
    from pg_catalog.pg_roles r where r.rolname = any (${textArray(names)})`;
}

export function parseRoles(json: Readonly<Record<string, PresentRole>> | null): PresentRoles {
  return new Map(Object.entries(json ?? {}));
}

function textArray(values: readonly string[]): string {
  return `array[${values.map(literal).join(', ')}]::text[]`;
}

/** `undefined` when the tables are of an older version. @throws RunnerError `TARGET_NEWER` */
export function parseState(text: string): TargetState | undefined {
  const json = JSON.parse(text) as StateJson;
  refuseNewer(json.migration ?? '');
  if (json.migration !== LATEST_MIGRATION) return undefined;
  return {
    nodes: new Map((json.nodes ?? []).map(({ id, ...node }) => [id, node])),
    batches: new Map((json.batches ?? []).map(({ source, ...batch }) => [source, batch])),
    relations: new Map(Object.entries(json.relations ?? {})),
    empty: new Set(),
    built: json.built ?? [],
    roles: parseRoles(json.roles),
    hasScratch: json.hasScratch,
  };
}
