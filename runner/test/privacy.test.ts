import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../adapters/types.ts';
import { undone } from '../contracts/testing.ts';
import { editText, editWorkbook, RH, rowOf } from './oracle/edits.ts';
import { attackOn, salariesIn } from './privacy-attack.ts';
import { COMPANY, company, openSandbox, type Person, type Sandbox, YEAR } from './privacy-company.ts';
import { type Groups, groupsOf, sumsSeenBy, sumsUnguarded } from './privacy-reader.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

let project: SampleProject;
let owner: string;
let sandbox: (tx: Session) => Sandbox;
/** Who was added up in each run of the history. */
const past = new Map<string, Groups>();

/** Whom Power BI connects as. */
const READER = 'sds_bi';

const LAST_RUN = 'select id_histo_run from ops.histo_run order by ts_histo desc limit 1';

async function run(day: string = SAMPLE_DAY[1]): Promise<void> {
  expect(await project.runner(['pipeline', '--as-of', day])).toMatchObject({ code: 0, stderr: '' });
  const [[id] = []] = await project.rows(LAST_RUN);
  if (id && !past.has(id)) past.set(id, await groupsOf(project.db));
}

beforeAll(async () => {
  project = await sampleProject();
  owner = project.config.user;
  await run();
  sandbox = await openSandbox(project);
});
afterAll(() => project?.close());

describe('an attacker who adds and subtracts', () => {
  it.each([
    ['a group of one', [['a']], ['a']],
    ['two groups that differ by one', [['a', 'b'], ['b']], ['a', 'b']],
    [
      'a total less its parts',
      [
        ['a', 'b', 'c', 'd'],
        ['a', 'b', 'c'],
      ],
      ['d'],
    ],
    [
      'three sums over three persons, two by two',
      [
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ],
      ['a', 'b', 'c'],
    ],
    [
      'a ring of four',
      [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'd'],
        ['d', 'a'],
      ],
      [],
    ],
    [
      'persons who are always together',
      [
        ['a', 'b', 'c'],
        ['c', 'd', 'e'],
        ['a', 'b', 'd', 'e'],
      ],
      ['c'],
    ],
  ])('finds whose salary follows from %s', (_title, sums, found) => {
    expect(salariesIn(sums)).toEqual(found);
  });

  it('finds who can compute the salary of another', () => {
    const sums = [
      ['a', 'b', 'c', 'd', 'e'],
      ['c', 'd', 'e'],
    ];
    expect(attackOn(sums)).toEqual({ salaries: [], pairs: [['a', 'b']] });
  });
});

/** How many costs of the past Power BI is shown. */
async function shownOfThePast(): Promise<number> {
  const { rows } = await undone(project.db, async (tx) => {
    await tx.query(`set role ${READER}`);
    return tx.query(
      'select count(cout_annuel_total_prime_variable) from ops.histo_kpi_age where nb_salaries_eligibles_prime > 0',
    );
  });
  return Number(rows[0]?.[0]);
}

/** Work in a company without a past, which is undone. */
function elsewhere<T>(work: (tx: Session, company: Sandbox) => Promise<T>): Promise<T> {
  return undone(project.db, async (tx) => {
    const histories = ['histo_run', 'histo_kpi_cout_prime', 'histo_kpi_scenario', 'histo_kpi_age'];
    await tx.query(histories.map((name) => `delete from ops.${name}`).join(';'));
    await tx.query('delete from sec.histo_eligible');
    return work(tx, sandbox(tx));
  });
}

/** Of a company: how many salaries and sums of two its groups would give away, how many salaries the reader can compute, how many groups are hidden. */
function attack(
  people: readonly Person[],
): Promise<Readonly<Record<'unguarded' | 'ofTwo' | 'seen' | 'hidden', number>>> {
  return elsewhere(async (tx, { hold }) => {
    await hold(people);
    const groups = attackOn(await sumsUnguarded(tx));
    const seen = salariesIn(await sumsSeenBy(tx, READER)).length;
    const { rows } = await tx.query(
      "select count(*) from metier.cout_publiable where not est_publiable and mesure <> 'scenario'",
    );
    return { unguarded: groups.salaries.length, ofTwo: groups.pairs.length, seen, hidden: Number(rows[0]?.[0]) };
  });
}

/** What cannot be hidden: the total that the company pays, when it is one person's. */
function inevitable(people: readonly (Person | null | undefined)[]): number {
  return people.filter((person) => person?.in.includes('reference')).length === 1 ? 1 : 0;
}

describe('no salary can be computed from what Power BI reads', () => {
  it('of the sample, of which no cost is hidden for that', async () => {
    const shown = await undone(project.db, (tx) => sumsSeenBy(tx, READER, past));
    expect(shown.length).toBe(23);
    expect(salariesIn(shown)).toEqual([]);
    expect(await project.rows('select * from metier.cout_publiable where not est_publiable')).toEqual([]);
  });

  it.each([
    ['a unit all of one age, whose age has one person more', ['A 26-35 3', 'B 26-35 1', 'B 56+ 4']],
    [
      'a chain of cells of one',
      ['A <26 3', 'A 26-35 1', 'B 26-35 3', 'B 36-45 1', 'C 36-45 3', 'C 46-55 1', 'D 46-55 3'],
    ],
    ['a small group beside a chain', ['A <26 1', 'A 26-35 4', 'B 26-35 1', 'B 36-45 3', 'C 36-45 1', 'C 56+ 4']],
    ['two units and two ages', ['A 26-35 3', 'A 56+ 1', 'B 56+ 5']],
  ])('of groups that give somebody away: %s', async (_title, cells) => {
    const { unguarded, seen } = await attack(company(...cells));
    expect(unguarded).toBeGreaterThan(0);
    expect(seen).toBe(0);
  });

  it('of the groups and scenarios of any company, of which none is hidden that gives nobody away', async () => {
    let given = 0;
    await fc.assert(
      fc.asyncProperty(COMPANY, async (people) => {
        const { unguarded, ofTwo, seen, hidden } = await attack(people);
        if (unguarded > 0) given += 1;
        expect(seen).toBe(inevitable(people));
        if (unguarded + ofTwo === 0) expect(hidden).toBe(0);
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(given).toBeGreaterThan(20);
  });

  it('of runs between which people come, go, change and have birthdays, of any company', async () => {
    let [given, shown] = [0, 0];
    await fc.assert(
      fc.asyncProperty(YEAR, async ({ people, steps }) => {
        const now: (Person | null)[] = [...people];
        const runs = new Map<string, Groups>();
        await elsewhere(async (tx, { hold, keep }) => {
          for (const [index, { changes, kept }] of [{ changes: [], kept: true }, ...steps].entries()) {
            for (const [who, person] of changes) now[who] = person;
            await hold(now);
            if (kept) {
              await keep(`run-${index}`);
              runs.set(`run-${index}`, await groupsOf(tx));
            }
            expect(salariesIn(await sumsSeenBy(tx, READER, runs))).toHaveLength(inevitable(now));
          }
          if (salariesIn(await sumsSeenBy(tx, owner, runs)).length > 0) given += 1;
          const { rows } = await tx.query('select count(*) from ops.histo_publiable');
          shown += Number(rows[0]?.[0]);
        });
      }),
      { numRuns: 12, seed: 1 },
    );
    expect(given).toBeGreaterThan(6);
    expect(shown).toBeGreaterThan(50);
  });

  it('of a run that failed between the costs of today and what is shown of the past, nor of a partial one', async () => {
    const costs = 'select cout_annuel_total_prime from metier.vue_kpi_cout_prime';
    const files = ['seeds/param_avantage.csv', 'soda/ops/bilan_declaration.yml'];
    const former = files.map((file) => readFileSync(join(project.dir, file)));
    const [before, shown] = [await project.rows(costs), await shownOfThePast()];
    const [[length = ''] = []] = await project.rows(
      `select ceil(max(distance_m) / 1000) - 1 from metier.ctrl_trajet join metier.elig_prime using (scenario, cle_salarie)
      where scenario = 'reference' and est_eligible_prime and mode_trajet_normalise = 'bicycling'`,
    );
    editText(project, files[0] ?? '', (text) => `${text}reference,seuil_km_velo_autres,${length},2026-11-01\n`);
    editText(project, files[1] ?? '', (text) => text.replace('must_be: 2', 'must_be: 3'));
    expect((await project.runner(['pipeline', ...SAMPLE_DAY])).code).toBe(1);
    expect(await project.rows(costs)).not.toEqual(before);
    expect([shown > 0, await shownOfThePast()]).toEqual([true, 0]);
    expect(salariesIn(await undone(project.db, (tx) => sumsSeenBy(tx, READER, past)))).toEqual([]);
    expect(salariesIn(await undone(project.db, (tx) => sumsSeenBy(tx, owner, past)))).not.toEqual([]);

    // Costs of which some would be of other persons than the others are not published.
    for (const [index, file] of files.entries()) writeFileSync(join(project.dir, file), former[index] ?? '');
    const partial = await project.runner(['build', '--select', '+kpi_cout_prime', ...SAMPLE_DAY]);
    expect([partial.code, partial.stderr]).toEqual([1, expect.stringContaining('of the same persons')]);
    expect(await project.rows(costs)).not.toEqual(before);
    // All of them together are, and what was judged beside them is shown again.
    const whole = ['build', '--select', '+cout_publiable', '+kpi_scenario', ...SAMPLE_DAY];
    expect(await project.runner(whole)).toMatchObject({ code: 0, stderr: '' });
    expect([await project.rows(costs), await shownOfThePast()]).toEqual([before, shown]);

    // Nor are those of somebody who is eligible still, and is paid nothing by now.
    const eligible =
      "select min(cle_salarie) from metier.elig_prime where scenario = 'reference' and est_eligible_prime";
    const paid = (salary: string): string =>
      `update sec.rh_salarie set salaire_brut = ${salary} where cle_salarie = (${eligible})`;
    const [[salary = ''] = []] = await project.rows(
      `select salaire_brut from sec.rh_salarie where cle_salarie = (${eligible})`,
    );
    await project.db.query(paid('0'));
    const unpaid = await project.runner(['build', '--select', 'kpi_cout_prime', ...SAMPLE_DAY]);
    expect([unpaid.code, unpaid.stderr]).toEqual([1, expect.stringContaining('of the same persons')]);
    await project.db.query(paid(salary ?? ''));
  });

  it('of real runs: one leaves, one comes, has a birthday, moves, drives, is paid more, a threshold moves', async () => {
    const eligible = await project.rows(
      `select r.id_salarie, s.bu from sec.rh_salarie r join metier.salarie s using (cle_salarie) join metier.elig_prime e using (cle_salarie)
      where e.scenario = 'reference' and e.est_eligible_prime order by 1`,
    );
    const [leaver = '', driver = '', mover = '', paid = ''] = eligible.map(([id]) => id ?? '');
    const [[longest = ''] = []] = await project.rows(
      `select ceil(max(distance_m) / 1000) - 1 from metier.ctrl_trajet join metier.elig_prime using (scenario, cle_salarie)
      where scenario = 'reference' and est_eligible_prime and mode_trajet_normalise = 'bicycling'`,
    );
    const edit = (id: string, column: number, value: unknown) => () =>
      editWorkbook(project, 'rh', (sheet) => {
        rowOf(sheet, id).getCell(column).value = value as string;
      });
    const steps: readonly (readonly [() => Promise<void> | void, string?])[] = [
      [() => editWorkbook(project, 'rh', (sheet) => sheet.spliceRows(rowOf(sheet, leaver).number, 1))],
      [edit(driver, RH.mode, 'véhicule thermique/électrique')],
      [edit(mover, RH.bu, eligible.find(([, bu]) => bu !== eligible[2]?.[1])?.[1])],
      [edit(paid, RH.salaire, 99_000)],
      [
        () =>
          editText(
            project,
            'seeds/param_avantage.csv',
            (text) => `${text}simulation_1,seuil_km_velo_autres,${longest},2020-01-01\n`,
          ),
      ],
      // A new day alone writes no history: what is shown of today moves, the last run does not.
      [() => undefined, '2026-11-30'],
      [edit(driver, RH.mode, 'Vélo/Trottinette/Autres'), '2027-02-01'],
    ];
    for (const [change, day] of steps) {
      await change();
      await run(day);
      expect(salariesIn(await undone(project.db, (tx) => sumsSeenBy(tx, READER, past)))).toEqual([]);
    }
    expect(past.size).toBe(7);
    const histories = ['cout_prime', 'scenario', 'age'].map((name) => `ops.histo_kpi_${name}`);
    const rows = histories.map((name) => `select count(*) from ${name}`).join(' union all ');
    expect(await project.rows(rows)).toEqual([['7'], ['21'], ['42']]);
    const all = await undone(project.db, (tx) => sumsSeenBy(tx, owner, past));
    expect(salariesIn(all)).not.toEqual([]);
    // Who may read the salaries may read their sums.
    expect((await undone(project.db, (tx) => sumsSeenBy(tx, 'sds_rh', past))).length).toBe(all.length);
  });
});

it('a rule about the past that is changed replaces the one that a database has', async () => {
  const rules =
    "select count(*), count(*) filter (where qual like '%1 = 2%') from pg_policies where policyname = 'publiable'";
  expect(await project.rows(rules)).toEqual([['3', '0']]);
  editText(project, 'macros/regle_publiable.sql', (text) =>
    text.replace('or exists', 'or 1 = 2\n            or exists'),
  );
  expect((await project.runner(['build', '--select', 'histo_publiable', ...SAMPLE_DAY])).code).toBe(0);
  expect(await project.rows(rules)).toEqual([['3', '3']]);
});
