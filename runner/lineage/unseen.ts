import type { Parser } from '../compile/sql.ts';
import { references } from '../compile/sql-references.ts';
import { isUnseen } from './functions.ts';

/**
 * What a tree of PostgreSQL's parser reads that is no relation of the project: relations that stand behind no placeholder
 * and are no WITH query, and functions that read what stands in no FROM clause or that nobody knows.
 */
export function unseenIn(tree: unknown, isKnown: (placeholder: string) => boolean): readonly string[] {
  const { relations, calls } = references(tree);
  const others = relations.filter(
    ({ schema, name = '', hidden }) => !hidden && (schema !== undefined || !isKnown(name)),
  );
  const names = [
    ...others.map(({ schema, name }) => [schema, name].filter(Boolean).join('.')),
    ...calls.filter(isUnseen).map((call) => `${call.names.join('.')}()`),
  ];
  return [...new Set(names)];
}

/** The same of a hook, and what it does that is more than to change a relation or to write rows. What a DO block runs is a text. */
export function unseenInHook(
  { statements }: Parser,
  hook: string,
  isKnown: (placeholder: string) => boolean,
): readonly string[] {
  const trees = statements(hook);
  if (!trees) return ['a hook that can not be read'];
  return trees.flatMap((tree) => {
    const kind = Object.keys(tree)[0] ?? '';
    if (!HOOKS.has(kind)) return [`a hook that is ${kind}`];
    // Who owns a relation, or whom a policy lets in, is the business of grants.
    if (JSON.stringify(tree).includes('"roletype":')) return ['a hook that names a role'];
    return unseenIn(tree, isKnown);
  });
}

const HOOKS: ReadonlySet<string> = new Set([
  'AlterTableStmt',
  'ClusterStmt',
  'CommentStmt',
  'CreateStatsStmt',
  'DeleteStmt',
  'DoStmt',
  'IndexStmt',
  'InsertStmt',
  'LockStmt',
  'MergeStmt',
  'RenameStmt',
  'SelectStmt',
  'TruncateStmt',
  'UpdateStmt',
  'VacuumStmt',
  'VariableSetStmt',
]);
