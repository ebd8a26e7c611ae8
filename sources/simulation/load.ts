import type { Loader, LoaderContext, Request } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';
import { ownHeaders, wantedColumns } from '../shared/headers.ts';
import { type Activity, drawActivities } from './draw.ts';
import { type SimulationOptions, simulationOptions } from './options.ts';
import { toProfile } from './profile.ts';

const COLUMNS = ownHeaders(['cle_salarie', 'date_activite', 'sport_type', 'distance_km', 'duree']);

/** Fictitious activities of the current employees. Without a request there is no row, which withdraws the former ones. */
const load: Loader = async (context) => {
  const wanted = wantedColumns(context.columns, COLUMNS, context.source);
  const requests = context.requests ?? [];
  if (requests.length === 0 && context.env('SIMULATION') !== '1') return { origin: 'no simulation', rows: [] };
  const options = simulationOptions(context);
  const rows = simulate(context, options).map(({ rank, ...activity }, index) => {
    const row: Request = activity;
    return { number: index + 1, cells: wanted.map(({ column }) => row[column] ?? null) };
  });
  return { origin: `simulation ${options.scenario}, seed ${options.graine}`, rows };
};

export default load;

/** The activities kept, by day and then by employee. The same seed, employees and days give the same ones. */
function simulate(context: LoaderContext, options: SimulationOptions): readonly Activity[] {
  const profiles = (context.requests ?? [])
    .map(toProfile)
    .map((profile) => (profile.fin > context.asOf ? { ...profile, fin: context.asOf } : profile))
    .toSorted((left, right) => compare(left.cleSalarie, right.cleSalarie));
  const pool = profiles.flatMap((profile) => drawActivities(profile, options));
  if (pool.length < options.nbLignes) throw capacity(options, profiles.length, pool.length);
  return pool
    .toSorted((left, right) => left.rank - right.rank || byDay(left, right))
    .slice(0, options.nbLignes)
    .toSorted(byDay);
}

function byDay(left: Activity, right: Activity): number {
  return compare(left.date_activite, right.date_activite) || compare(left.cle_salarie, right.cle_salarie);
}

/** By code unit: an order by locale may differ between machines. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function capacity(options: SimulationOptions, employees: number, found: number): Error {
  return sourceFault(
    `The scenario ${options.scenario} can't reach ${options.nbLignes} activities: its capacity is ${found}.`,
    {
      code: 'SIMULATION_CAPACITY',
      place: 'project.yml, vars.simulation.nb_lignes',
      expected: `at most ${found}, the capacity of the scenario ${options.scenario} for ${employees} employee(s)`,
      found: String(options.nbLignes),
      hint:
        employees === 0
          ? 'No employee has a profile: check vars.simulation.scenario and that employees are loaded.'
          : 'Lower vars.simulation.nb_lignes, or choose a scenario with more activities.',
    },
  );
}
