import type { Node } from '../graph/types.ts';
import type { RoleConfig } from '../project/types.ts';

/** Who may read a node: the roles that it is granted to, and those that have their rights too. Empty where the project does not say. */
export function readersOf(node: Node, roles: readonly RoleConfig[]): readonly string[] {
  if (node.type === 'source') return [];
  const granted = new Set(node.config.grants?.select ?? []);
  // A role of a role of …: as often as there may be steps.
  for (const _ of roles)
    for (const { name, memberOf } of roles) if (memberOf.some((group) => granted.has(group))) granted.add(name);
  return [...granted].sort();
}
