// npm run rekey: gives every employee the key that P12_PSEUDO_SALT makes of their ID, wherever a former key is kept and is
// not built anew: in all landed batches, in the employee base, in what became of each message, and in the names that a
// history made of a key (`aliases` of `forget:` in project.yml). One transaction, the target's lock held; may be run again.
// Then: runner pipeline, runner forget (docs/operations.md). Exits as the runner does.
import process from 'node:process';
import { erasures } from '../dist/runner/commands/erasures.js';
import { loadProject } from '../dist/runner/commands/load-project.js';
import { withRun } from '../dist/runner/commands/open-run.js';
import { pseudonym, pseudonymSalt } from '../dist/sources/shared/pseudonym.js';

/** Where an ID stands beside its key: nobody is in the other tables alone. */
const KNOWN = ['raw.rh_salarie', 'raw.sport_pratique', 'sec.rh_salarie'];
const KEYED = [...KNOWN, 'raw.simulation_declaration'];

async function rekey(run) {
  const { db, env, emit, state } = run;
  const salt = pseudonymSalt({ env });
  const { aliases } = (await erasures(run))(run);
  const isThere = ({ schema, name }) => state.relations.has(`${schema}.${name}`);
  const known = KNOWN.map((table) => `select id_salarie, cle_salarie from ${table}`).join(' union ');
  const changed = await db.transaction(async (tx) => {
    const { rows } = await tx.query(known);
    const pairs = rows.map(([id, former]) => [former, pseudonym(salt, id)]).filter(([former, key]) => former !== key);
    const replaced = 'unnest($1::text[], $2::text[]) as r (former, key)';
    const params = [pairs.map(([former]) => former), pairs.map(([, key]) => key)];
    for (const table of KEYED) {
      await tx.query(
        `update ${table} as t set cle_salarie = r.key from ${replaced} where t.cle_salarie = r.former`,
        params,
      );
    }
    for (const { relation, column, sql } of aliases.filter((alias) => isThere(alias.relation))) {
      const nameOf = (key) => `(select (${sql}\n) from (select ${key} as cle_salarie) as p)`;
      await tx.query(
        `update ${relation.schema}.${relation.name} as t set ${column} = r.name
         from (select ${nameOf('r.former')} as former, ${nameOf('r.key')} as name from ${replaced}) as r where t.${column} = r.former`,
        params,
      );
    }
    // The key of a message is that of the employee and the day: with another one it would be sent again.
    await tx.query(
      `update ops.outbox as o set message_key = r.key || substr(o.message_key, length(r.former) + 1)
       from ${replaced} where starts_with(o.message_key, r.former || '_')`,
      params,
    );
    return pairs.length;
  });
  emit({ type: 'notice', message: `${changed} former keys replaced` });
  return { exitCode: 0, status: 'success', error: null };
}

const args = { projectDir: process.cwd(), threads: 1, failFast: false, argv: '', signal: new AbortController().signal };
const identity = { command: 'rekey', arguments: '', threads: 1, wait: 0, signal: args.signal };
try {
  const say = (event) => event.type === 'notice' && console.log(event.message);
  process.exitCode = await withRun(await loadProject(args), identity, say, rekey);
} catch (error) {
  for (const { code, message, hint } of error.faults ?? [{ code: 'UNEXPECTED', message: error.message }])
    console.error([code, message, hint].filter(Boolean).join('\n  '));
  process.exitCode = error.exitCode ?? 1;
}
