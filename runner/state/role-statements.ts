import type { Node } from '../graph/types.ts';
import type { RoleConfig } from '../project/types.ts';
import { identifier } from '../util/sql.ts';
import type { PresentRoles } from './types.ts';

/** The SQL that makes what the server lacks of the declared roles and their memberships. No role is let in by it. */
export function roleStatements(roles: readonly RoleConfig[], present: PresentRoles): readonly string[] {
  return [
    ...roles.filter(({ name }) => !present.has(name)).map(({ name }) => `create role ${identifier(name)} nologin`),
    ...roles.flatMap(({ name, memberOf }) =>
      memberOf
        .filter((group) => !present.get(name)?.memberOf.includes(group))
        .map((group) => `grant ${identifier(group)} to ${identifier(name)}`),
    ),
  ];
}

/**
 * The SQL that lets the declared roles use the schemas of what `grants` give them, without which those are of no use. Given
 * before anything is built: several nodes that gave it at once would be in each other's way.
 */
export function usageStatements(
  nodes: Iterable<Node>,
  roles: readonly RoleConfig[],
  present: PresentRoles,
): readonly string[] {
  const wanted = new Map(roles.map(({ name }) => [name, new Set<string>()]));
  for (const node of nodes)
    if (node.type !== 'source')
      for (const role of Object.values(node.config.grants ?? {}).flat()) wanted.get(role)?.add(node.relation.schema);
  return [...wanted].flatMap(([role, schemas]) =>
    [...schemas]
      .filter((schema) => !present.get(role)?.usage.includes(schema))
      .map((schema) => `grant usage on schema ${identifier(schema)} to ${identifier(role)}`),
  );
}
