import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Session } from '../adapters/types.ts';
import { SAMPLE_DAY, type SampleProject } from './sample-project.ts';

export interface Person {
  readonly bu: string;
  readonly age: string;
  /** In which scenarios the person is eligible. */
  readonly in: readonly string[];
}

export const SCENARIOS = ['reference', 'simulation_1', 'simulation_2'] as const;

/** Mostly eligible, in few groups, so that many are alone in theirs; a simulation has nearly the persons of `reference`. */
const PERSON: fc.Arbitrary<Person> = fc
  .record({
    bu: fc.constantFrom('A', 'A', 'A', 'B', 'B', 'C', 'D'),
    age: fc.constantFrom('<26', '26-35', '26-35', '26-35', '36-45', '36-45', '46-55', '56+'),
    prime: fc.integer({ min: 0, max: 9 }),
    one: fc.integer({ min: 0, max: 5 }),
    two: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ bu, age, prime, one, two }) => {
    const eligible = [prime > 0, prime > 0 !== (one === 0), prime > 0 !== (two === 0)];
    return { bu, age, in: SCENARIOS.filter((_, index) => eligible[index]) };
  });

export const COMPANY = fc.array(PERSON, { minLength: 1, maxLength: 30 });

/** Cells of units and ages, by their number of persons: `A 26-35 3`. All are eligible in all scenarios. */
export function company(...cells: readonly string[]): readonly Person[] {
  return cells.flatMap((cell) => {
    const [bu = '', age = '', count = ''] = cell.split(' ');
    return Array.from({ length: Number(count) }, () => ({ bu, age, in: SCENARIOS }));
  });
}

export interface Year {
  readonly people: readonly Person[];
  /** Each step: who is somebody else by then (a birthday, another unit, another mode), new or gone; and whether a run keeps it. */
  readonly steps: readonly {
    readonly changes: readonly (readonly [number, Person | null])[];
    readonly kept: boolean;
  }[];
}

const GONE_OR_NOT: fc.Arbitrary<Person | null> = fc.option(PERSON, { freq: 3, nil: null });

export const YEAR: fc.Arbitrary<Year> = fc.record({
  people: fc.array(PERSON, { minLength: 4, maxLength: 18 }),
  steps: fc.array(
    fc.record({
      changes: fc.array(fc.tuple(fc.nat(20), GONE_OR_NOT), { minLength: 1, maxLength: 3 }),
      kept: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
    }),
    { minLength: 5, maxLength: 9 },
  ),
});

export interface Sandbox {
  /** Makes the persons those of the company, and all costs theirs. */
  hold(people: readonly (Person | null | undefined)[]): Promise<void>;
  /** Adds a run to the history. */
  keep(run: string): Promise<void>;
}

/** The compiled models of a built project, run on persons that a test makes up, in a transaction that is undone. */
export async function openSandbox(project: SampleProject): Promise<(tx: Session) => Sandbox> {
  const models = ['kpi_cout_prime', 'kpi_cout_prime_fixe', 'kpi_scenario', 'kpi_groupe', 'cout_publiable'];
  const kept = ['histo_run', 'histo_kpi_cout_prime', 'histo_kpi_scenario', 'histo_kpi_age'];
  await project.runner(['compile', ...SAMPLE_DAY]);
  const compiled = (path: string): string =>
    readFileSync(join(project.dir, 'target', 'compiled', 'models', `${path}.sql`), 'utf8');
  const fill = (table: string, path: string): string => `insert into ${table} ${compiled(path)};`;
  const live = models
    .map((name) => `delete from metier.${name}; ${fill(`metier.${name}`, `metier/${name}`)}`)
    .join('\n');
  const judged = `delete from ops.histo_jugement; ${fill('ops.histo_jugement', 'ops/histo_jugement')}`;
  const history = [
    ...kept.map((name) => fill(`ops.${name}`, `ops/histo/${name}`)),
    fill('sec.histo_eligible', 'sec/histo_eligible'),
  ].join('\n');
  return (tx) => ({
    hold: async (people) => {
      await tx.query(`${persons(people)} ${live} ${judged}`);
    },
    keep: async (run) => {
      await tx.query(
        `select set_config('runner.run_id', '${run}', true), set_config('runner.run_label', '${run}', true),
          set_config('runner.run_started_at', clock_timestamp()::text, true);
        ${history} ${judged}`,
      );
    },
  });
}

function persons(people: readonly (Person | null | undefined)[]): string {
  const rows = people.flatMap((person, index) =>
    person ? [`('p${index}', '${person.bu}', '${person.age}', '{${person.in.join(',')}}'::text[])`] : [],
  );
  return `delete from metier.salarie; delete from sec.rh_salarie; delete from metier.avantage_salarie; delete from metier.elig_prime;
    create temp table people (cle, bu, age, scenarios) on commit drop as values ${rows.join(', ') || "('', '', '', '{}'::text[])"};
    delete from people where cle = '';
    insert into metier.salarie (cle_salarie, bu, tranche_age, actif) select cle, bu, age, true from people;
    insert into sec.rh_salarie (cle_salarie, salaire_brut, actif) select cle, 30000, true from people;
    insert into metier.elig_prime (scenario, cle_salarie, est_eligible_prime)
      select scenario, cle, scenario = any (scenarios) from people cross join metier.param_scenario;
    insert into metier.avantage_salarie (scenario, cle_salarie, est_eligible_prime, est_eligible_bien_etre, jours_bien_etre_attribues)
      select scenario, cle, scenario = any (scenarios), false, 0 from people cross join metier.param_scenario;
    drop table people;`;
}
