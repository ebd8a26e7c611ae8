import { EXIT, RunnerError } from '../errors.ts';
import { applyAccess } from '../execute/access.ts';
import type { Node } from '../graph/types.ts';
import type { RoleConfig } from '../project/types.ts';
import { lackingAccess } from '../roles/lacking-access.ts';
import { scramVerifier } from '../roles/scram.ts';
import { isDone, presentRoles } from '../state/make-roles.ts';
import { roleStatements, usageStatements } from '../state/role-statements.ts';
import { redactor } from '../util/redact.ts';
import { identifier, literal } from '../util/sql.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { type OpenTarget, withTarget } from './open-target.ts';
import type { Command, CommonArgs } from './types.ts';

export interface DbRolesArgs extends CommonArgs {
  readonly print: boolean;
}

/**
 * `runner db roles`: what the server and the database lack of the declared roles is made so: roles, memberships, limits,
 * grants of what is published with them, what everybody may not; and the roles whose password the environment holds may
 * log in. With `--print`, the SQL for an administrator, without a password.
 * @throws RunnerError `ROLE_PASSWORD_INVALID`, `ROLES_INCOMPLETE` with what the connected role may not do
 */
export const dbRoles: Command<DbRolesArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const { roles } = loaded.project.config;
  const passwords = roles.map((role) => [role, passwordOf(loaded, role)] as const);
  return withTarget(loaded, args, reporter, async (target) => {
    const { db } = target;
    const lacking = await lackingStatements(loaded, target);
    if (args.print) {
      const shut = await withoutLogin(target, roles);
      for (const statement of lacking) reporter.text(`${statement};`);
      for (const { name } of shut) reporter.text(`-- psql: \\password ${name}\nalter role ${identifier(name)} login;`);
      return EXIT.done;
    }
    for (const statement of lacking) if (await isDone(db, statement)) reporter.line(`${statement};`);
    for (const node of asPublished(loaded, target)) await db.transaction((tx) => applyAccess(tx, node));
    const left = [...(await lackingStatements(loaded, target))];
    for (const [{ name }, password] of passwords) {
      if (password === undefined) continue;
      const verifier = scramVerifier(password);
      redactor.hide([verifier]);
      const login = `alter role ${identifier(name)} login`;
      if (await isDone(db, `${login} password ${literal(verifier)}`)) reporter.line(`${login} password '***';`);
      else left.push(login);
    }
    for (const { name, passwordEnv } of await withoutLogin(target, roles))
      reporter.line(
        `${name} may not log in${passwordEnv && !loaded.env(passwordEnv) ? `: ${passwordEnv} is not set` : ''}`,
      );
    if (left.length === 0) return EXIT.done;
    throw new RunnerError(
      {
        code: 'ROLES_INCOMPLETE',
        message: 'the connected role may not do all that the roles of project.yml need',
        found: `left to do: ${left.map((statement) => `${statement};`).join(' ')}`,
        hint: 'Run it as an administrator: PGUSER=… runner db roles; or give one the SQL: runner db roles --print',
      },
      EXIT.failed,
    );
  });
};

/** @throws RunnerError `ROLE_PASSWORD_INVALID`, without the password */
function passwordOf({ env }: LoadedProject, { passwordEnv }: RoleConfig): string | undefined {
  const password = passwordEnv && env(passwordEnv);
  if (!password || /^[ -~]{12,}$/.test(password)) return password;
  throw new RunnerError({
    code: 'ROLE_PASSWORD_INVALID',
    message: `${passwordEnv} is no password for a role`,
    expected: '12 characters or more, all of ASCII: not every client writes others alike',
    hint: `Make one: echo "${passwordEnv}=$(openssl rand -hex 16)" >> .env`,
  });
}

/** What lacks now, by SQL that makes it so; the usage of schemas that are not there yet is given by the run that makes them. */
async function lackingStatements(loaded: LoadedProject, target: OpenTarget): Promise<readonly string[]> {
  const { roles, stateSchema, rawSchema } = loaded.project.config;
  const nodes = builtNodes(loaded, target);
  const schemas = [...new Set([stateSchema, rawSchema, ...nodes.map(({ relation }) => relation.schema)])];
  const present = await presentRoles(target.db, roles, schemas);
  return [
    ...roleStatements(roles, present),
    ...usageStatements(nodes, roles, present),
    ...(await lackingAccess(target.db, roles, { stateSchema, schemas })),
  ];
}

function builtNodes({ graph }: LoadedProject, { state }: OpenTarget): readonly Node[] {
  return [...graph.nodes.values()].filter(
    ({ type, relation }) => type !== 'source' && state.relations.has(`${relation.schema}.${relation.name}`),
  );
}

/**
 * Those whose grants were published with what stands there. Others get theirs with the build that publishes them: until then
 * a relation may lack what makes it safe to read, as a row policy.
 */
function asPublished(loaded: LoadedProject, target: OpenTarget): readonly Node[] {
  const { fingerprinter } = loaded;
  const { of, stored } = target.versions;
  return builtNodes(loaded, target).filter((node) => {
    const { config } = fingerprinter.parts(node, fingerprinter.variantOf(node), of);
    return stored(node.id)?.parts.config === config;
  });
}

async function withoutLogin({ db }: OpenTarget, roles: readonly RoleConfig[]): Promise<readonly RoleConfig[]> {
  const { rows } = await db.query('select rolname from pg_catalog.pg_roles where rolcanlogin and rolname = any ($1)', [
    roles.map(({ name }) => name),
  ]);
  return roles.filter(({ name }) => !rows.some(([found]) => found === name));
}
