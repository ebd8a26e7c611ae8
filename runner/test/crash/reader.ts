import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../adapters/postgres.ts';
import type { ConnectionConfig, Session } from '../../adapters/types.ts';
import { DatabaseError, RunnerError } from '../../errors.ts';
import { digestOf, HISTORY_BROKEN, sentences } from './whole.ts';

/** What Power BI reads. Each view shows one model: what it shows at any moment is what some case gives, whole. */
const VIEWS =
  'vw_bi_salarie vw_bi_activite vw_bi_ctrl_trajet vw_bi_param_effectif vue_elig_prime vue_elig_bien_etre vue_avantages_salarie vue_kpi_cout_prime vue_kpi_cout_prime_fixe vue_kpi_jours_supplementaires vue_kpi_pratique_sportive vue_kpi_incoherences vw_kpi_age vue_kpi_bu vue_kpi_scenario'
    .split(' ')
    .map((name) => `metier.${name}`);

/** A view's digests, by its name. */
export type Seen = Readonly<Record<string, string>>;

export interface Reader {
  /** What the views may show from now on, and what they might before until the reads under way have ended. */
  allow(seen: readonly Seen[]): void;
  /** Everything that should not have been, and what was read. */
  stop(): Promise<{ readonly wrong: readonly string[]; readonly passes: number; readonly lost: number }>;
}

/** The day that the run was for is no content of the model: it is in the view's own SQL. */
const ownDay = ['date_ctrl', 'date_run_paris'];

/** What the views show now. */
export async function seenIn(session: Pick<Session, 'query'>, views: readonly string[] = VIEWS): Promise<Seen> {
  if (views.length === 0) return {};
  const { rows } = await session.query(views.map((view) => digestOf(view, ownDay)).join(' union all '));
  return Object.fromEntries(rows.map(([name, hash]) => [name ?? '', hash ?? '']));
}

/**
 * Reads the views in a loop until it is stopped, a third of them each time: in one snapshot twice, which must be the
 * same, each view as it is in one of the cases allowed. Models are published one after the other: of different models, a reader may see one of
 * before and one of after. What one transaction publishes, it sees together: the two axes of one table, and a run's
 * rows of all the tables of the history.
 * @param isStopped whether connections may be lost now
 */
export function startReader(config: () => ConnectionConfig, isStopped: () => boolean = () => false): Reader {
  let allowed: readonly Seen[] = [];
  let stopping = false;
  const wrong = new Set<string>();
  const known = new Set<string>();
  const count = { passes: 0, lost: 0 };
  const loop = async (): Promise<void> => {
    let db = openDatabase(config(), { max: 1, applicationName: 'reader' });
    while (!stopping) {
      const before = allowed;
      try {
        for (const view of await presentViews(db)) known.add(view);
        const turn = count.passes % 3;
        const pass = await db.transaction((tx) => read(tx, known, turn));
        for (const sentence of [...pass.wrong, ...notAllowed(pass.seen, [...before, ...allowed])]) wrong.add(sentence);
        count.passes += 1;
      } catch (error) {
        if (isStopped() && isLost(error)) count.lost += 1;
        else wrong.add(`an error: ${error instanceof DatabaseError ? error.sqlstate : ''} ${String(error)}`);
        await db.close();
        db = openDatabase(config(), { max: 1, applicationName: 'reader' });
      }
      await sleep(15);
    }
    await db.close();
  };
  const looping = loop();
  return {
    allow(seen) {
      allowed = seen;
    },
    async stop() {
      stopping = true;
      await looping;
      return { wrong: [...wrong], ...count };
    },
  };
}

/** Before the first build there is none; one that was there once must be there for ever. */
async function presentViews(session: Pick<Session, 'query'>): Promise<readonly string[]> {
  return sentences(
    session,
    `select v from unnest('{${VIEWS.join(',')},ops.histo_kpi_scenario}'::text[]) as v where to_regclass(v) is not null`,
  );
}

interface Pass {
  readonly seen: Seen;
  readonly wrong: readonly string[];
}

async function read(tx: Session, known: ReadonlySet<string>, turn: number): Promise<Pass> {
  await tx.query('set transaction isolation level repeatable read, read only');
  const views = VIEWS.filter((view, index) => known.has(view) && index % 3 === turn);
  const seen = await seenIn(tx, views);
  const wrong: string[] = [];
  for (const view of views) if (seen[view] === EMPTY) wrong.push(`${view} is empty`);
  if (known.has('metier.vue_kpi_bu') && known.has('metier.vw_kpi_age')) wrong.push(...(await sentences(tx, PARTS)));
  if (known.has('ops.histo_kpi_scenario')) wrong.push(...(await sentences(tx, HISTORY_BROKEN)));
  const again = await seenIn(tx, views);
  for (const view of views) if (seen[view] !== again[view]) wrong.push(`${view} changed within a snapshot`);
  return { seen, wrong };
}

/** `md5('')`: of no row. */
const EMPTY = 'd41d8cd98f00b204e9800998ecf8427e';

/** Sums that one table promises: both axes of the groups are published together. */
const PARTS = `select 'the groups do not add up: ' || bu::text || ' ' || age::text
  from (select row(sum(nb_salaries), sum(nb_salaries_eligibles_prime), sum(cout_annuel_total_prime_fixe), sum(nb_salaries_eligibles_bien_etre)) from metier.vue_kpi_bu) as b (bu)
  cross join (select row(sum(nb_salaries), sum(nb_salaries_eligibles_prime), sum(cout_annuel_total_prime_fixe), sum(nb_salaries_eligibles_bien_etre)) from metier.vw_kpi_age) as a (age)
  where bu <> age
  union all
  select 'eligible + motives <> all' from metier.vue_elig_prime
  having count(*) filter (where est_eligible_prime) + count(motif_ineligibilite) <> count(*)`;

function notAllowed(seen: Seen, allowed: readonly Seen[]): readonly string[] {
  return Object.entries(seen)
    .filter(([view, digest]) => !allowed.some((one) => one[view] === digest))
    .map(([view]) => `${view} shows what no case gives`);
}

/** The server stops or starts, or the connection was cut. */
function isLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return ['57P01', '57P02', '57P03'].includes(error.sqlstate);
  return (
    error instanceof RunnerError &&
    error.faults.some(({ code }) => code === 'CONNECTION_LOST' || code === 'CONNECTION_FAILED')
  );
}
