import type { Session } from '../adapters/types.ts';
import type { Contract } from '../contracts/types.ts';
import type { Node } from '../graph/types.ts';
import type { Grants } from '../project/types.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';
import { kindOf, oidOf } from './publish/catalog.ts';

/**
 * Grants and comments as a node's configuration and contract say; what is so already is not touched.
 * @param formerGrants those of the configuration that it was published with last
 */
export async function applyAccess(session: Session, node: Node, formerGrants: Grants = {}): Promise<void> {
  if (node.type === 'source') return;
  const { grants, persist_docs } = node.config;
  if (grants) await matchGrants(session, node.relation, grants, 'all');
  else await matchGrants(session, node.relation, {}, formerGrants);
  if (persist_docs && node.contract) await matchComments(session, node.relation, node.contract);
}

/**
 * Grants what lacks, and revokes what is not wanted, but from nobody's single columns.
 * @param ours what may be revoked: `all` but the owner's, or these alone, the others being made by hand
 */
async function matchGrants(session: Session, relation: Relation, wanted: Grants, ours: Grants | 'all'): Promise<void> {
  const [asked, former] = [pairsOf(wanted), ours === 'all' ? null : pairsOf(ours)];
  if (asked.length === 0 && former?.length === 0) return;
  const found = await session.query(
    `select lower(a.privilege_type), case when a.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(a.grantee) end
     from pg_catalog.pg_class c cross join aclexplode(c.relacl) a where c.oid = ${oidOf(relation)} and a.grantee <> c.relowner`,
  );
  const present = found.rows.map(([privilege, role]) => ({ privilege: privilege ?? '', role: role ?? '' }));
  const roleSql = (role: string): string => (role === 'public' ? 'public' : identifier(role));
  const statements = [
    ...present
      .filter((one) => !has(asked, one) && (former === null || has(former, one)))
      .map(({ privilege, role }) => `revoke ${privilege} on ${quoted(relation)} from ${roleSql(role)}`),
    ...asked
      .filter((one) => !has(present, one))
      .map(({ privilege, role }) => `grant ${privilege} on ${quoted(relation)} to ${roleSql(role)}`),
  ];
  if (statements.length > 0) await session.query(statements.join('; '));
}

interface Grant {
  readonly privilege: string;
  readonly role: string;
}

function pairsOf(grants: Grants): readonly Grant[] {
  return Object.entries(grants).flatMap(([privilege, roles]) =>
    roles.map((role) => ({ privilege: privilege.toLowerCase(), role })),
  );
}

function has(list: readonly Grant[], one: Grant): boolean {
  return list.some(({ privilege, role }) => privilege === one.privilege && role === one.role);
}

/** Comments of the relation and its columns, as far as the contract describes them. */
async function matchComments(session: Session, relation: Relation, contract: Contract): Promise<void> {
  const found = await session.query(
    `select a.attname, pg_catalog.col_description(a.attrelid, a.attnum), pg_catalog.obj_description(a.attrelid, 'pg_class')
     from pg_catalog.pg_attribute a where a.attrelid = ${oidOf(relation)} and a.attnum > 0 and not a.attisdropped`,
  );
  const present = new Map(found.rows.map(([name, comment]) => [name, comment ?? null]));
  const statements = contract.columns
    .filter(({ name, description }) => description !== null && present.has(name) && present.get(name) !== description)
    .map(
      ({ name, description }) => `comment on column ${quoted(relation)}.${identifier(name)} is ${literal(description)}`,
    );
  if (contract.description !== null && found.rows[0]?.[2] !== contract.description) {
    const kind = await kindOf(session, relation);
    statements.push(`comment on ${kind} ${quoted(relation)} is ${literal(contract.description)}`);
  }
  if (statements.length > 0) await session.query(statements.join('; '));
}
