import type { Session } from '../adapters/types.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import type { RoleConfig } from '../project/types.ts';
import { roleStatements } from './role-statements.ts';
import { parseRoles, rolesQuery } from './target-state.ts';
import type { PresentRole, PresentRoles } from './types.ts';

/**
 * Makes the declared roles that lack, with their memberships. All databases of a server share its roles, so that the
 * run of another one may be making them at this moment.
 * @throws RunnerError `ROLE_MISSING`, with the SQL for an administrator, when the connected role may not
 */
export async function makeRoles(
  db: Pick<Session, 'query'>,
  roles: readonly RoleConfig[],
  present: PresentRoles,
): Promise<void> {
  let refused = false;
  for (const statement of roleStatements(roles, present)) refused = !(await isDone(db, statement)) || refused;
  if (!refused) return;
  const left = roleStatements(roles, await presentRoles(db, roles, []));
  if (left.length === 0) return;
  const [[user] = []] = (await db.query('select current_user')).rows;
  throw new RunnerError(
    {
      code: 'ROLE_MISSING',
      message: `what project.yml says of roles is not so on the server, and ${user} may not make it so`,
      file: 'project.yml',
      expected: roles.map(({ name }) => name).join(', '),
      hint: `As an administrator: runner db roles; or this SQL: ${left.map((statement) => `${statement};`).join(' ')}`,
    },
    EXIT.failed,
  );
}

export async function presentRoles(
  db: Pick<Session, 'query'>,
  roles: readonly RoleConfig[],
  schemas: readonly string[],
): Promise<PresentRoles> {
  const names = roles.map(({ name }) => name);
  const { rows } = await db.query(rolesQuery(names, schemas));
  return parseRoles(JSON.parse(rows[0]?.[0] ?? 'null') as Readonly<Record<string, PresentRole>> | null);
}

/** @returns `false` where it is refused, or needs what was refused; what another run is making counts as done */
export async function isDone(db: Pick<Session, 'query'>, statement: string): Promise<boolean> {
  const [duplicate, madeMeanwhile, noRight, absent] = ['42710', '23505', '42501', '42704'];
  try {
    await db.query(statement);
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.sqlstate === duplicate || error.sqlstate === madeMeanwhile) return true;
    if (error.sqlstate === noRight || error.sqlstate === absent) return false;
    throw error;
  }
}
