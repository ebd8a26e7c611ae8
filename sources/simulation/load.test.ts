import { describe, expect, it } from 'vitest';
import type { Request } from '../../runner/landing/types.ts';
import { extract, faultOf, type TestContext, testContext } from '../shared/testing.ts';
import load from './load.ts';

const COLUMNS = ['cle_salarie', 'date_activite', 'sport_type', 'distance_km', 'duree'];
const OPTIONS = { scenario: 'realiste', nb_lignes: 300, graine: 7, facteur_surgeneration: 1.5 };

function employees(count: number, change: Partial<Record<string, string | null>> = {}): Request[] {
  return Array.from({ length: count }, (_, index) => ({
    cle_salarie: `sal_${String(index).padStart(4, '0')}`,
    mode_google: index % 2 === 0 ? 'bicycling' : 'walking',
    sports_endurance: 'Randonnée|Runing',
    sports_autres: 'Boxe|Judo|Voile',
    min_mois: '4',
    max_mois: '7',
    debut: '2025-11-01',
    fin: '2026-10-31',
    ...change,
  }));
}

function ask(requests: readonly Request[], options: object = {}, more: Partial<TestContext> = {}): TestContext {
  const vars = { simulation: { ...OPTIONS, ...options } };
  return testContext({ columns: COLUMNS, requests, vars, ...more, env: { SIMULATION: '1' } });
}

async function cells(context: TestContext): Promise<(readonly (string | null)[])[]> {
  return (await extract(load, context)).all.map((row) => row.cells);
}

describe('the simulation', () => {
  it('gives the number of rows asked, by day and then by employee', async () => {
    const rows = await cells(ask(employees(20)));
    const keys = rows.map(([cle, day]) => `${day} ${cle}`);
    expect(keys).toHaveLength(300);
    expect(keys).toEqual(keys.toSorted());
  });

  it('gives the same rows for the same seed, employees and days, in whatever order they come', async () => {
    const rows = await cells(ask(employees(20)));
    expect(await cells(ask(employees(20).toReversed()))).toEqual(rows);
    expect(await cells(ask(employees(20), { graine: 8 }))).not.toEqual(rows);
  });

  it('gives no employee two activities on one day', async () => {
    const rows = await cells(ask(employees(5, { min_mois: '28', max_mois: '31' }), { nb_lignes: 1000 }));
    expect(new Set(rows.map(([cle, day]) => `${cle} ${day}`)).size).toBe(rows.length);
  });

  it('keeps within the monthly counts and reaches both', async () => {
    const employeesOfMonth = employees(200, { min_mois: '2', max_mois: '4', debut: '2026-03-01', fin: '2026-03-31' });
    const capacity = Number(
      (
        await faultOf(extract(load, ask(employeesOfMonth, { nb_lignes: 9999, facteur_surgeneration: 20 })))
      ).expected?.match(/\d+/)?.[0],
    );
    const rows = await cells(ask(employeesOfMonth, { nb_lignes: capacity, facteur_surgeneration: 20 }));
    const counts = new Map<string, number>();
    for (const [cle] of rows) counts.set(`${cle}`, (counts.get(`${cle}`) ?? 0) + 1);
    expect([Math.min(...counts.values()), Math.max(...counts.values()), counts.size]).toEqual([2, 4, 200]);
  });

  it('gives no activity after the last day, nor after the day of the run', async () => {
    const days = (await cells(ask(employees(40, { fin: '2026-10-12' })))).map(([, day]) => `${day}`).toSorted();
    expect(days[0]?.slice(0, 7)).toBe('2025-11');
    expect(days.at(-1)).toBe('2026-10-12');
    const early = await cells(ask(employees(40), {}, { asOf: '2026-02-10' }));
    expect(early.every(([, day]) => `${day}` <= '2026-02-10')).toBe(true);
  });

  it('does not change what the others do when an employee arrives', async () => {
    const before = await cells(ask(employees(20)));
    const after = new Set((await cells(ask(employees(21)))).map((row) => row.join()));
    // Only the cut to the number of rows makes room for the new one.
    expect(before.filter((row) => after.has(row.join())).length).toBeGreaterThan(270);
  });

  it('gives endurance a distance and a duration that fit together, and other sports a duration alone', async () => {
    for (const [cle, , sport, distance, duree] of await cells(ask(employees(40), { nb_lignes: 1500 }))) {
      const [hours = 0, minutes = 0, seconds = 0] = `${duree}`.split(':').map(Number);
      const total = hours * 3600 + minutes * 60 + seconds;
      expect(duree).toMatch(/^\d\d:[0-5]\d:[0-5]\d$/);
      if (sport === 'Randonnée' || sport === 'Runing') {
        const isCycling = Number(`${cle}`.slice(4)) % 2 === 0;
        const [fullKm, fullSeconds] = isCycling ? [25, 4500] : [15, 8100];
        const km = Number(distance);
        expect(distance).toMatch(/^\d+\.\d$/);
        expect(km).toBeGreaterThanOrEqual(fullKm * 0.1);
        expect(km).toBeLessThanOrEqual(fullKm);
        const pace = (share: number): number => Math.min(Math.max((km / fullKm) * fullSeconds * share, 1200), 10_800);
        expect(total).toBeGreaterThanOrEqual(Math.floor(pace(0.8)));
        expect(total).toBeLessThanOrEqual(Math.ceil(pace(1.2)));
      } else {
        expect(distance).toBeNull();
        expect(total).toBeGreaterThanOrEqual(900);
        expect(total).toBeLessThanOrEqual(7200);
      }
    }
  });

  it('is refused with its capacity when it cannot reach the number of rows', async () => {
    const fault = await faultOf(extract(load, ask(employees(2, { min_mois: '1', max_mois: '1' }), { nb_lignes: 25 })));
    expect(fault).toMatchObject({
      code: 'SIMULATION_CAPACITY',
      message: "The scenario realiste can't reach 25 activities: its capacity is 24.",
    });
  });

  it('is refused when it is on and no employee has a profile', async () => {
    expect(await faultOf(extract(load, ask([])))).toMatchObject({ code: 'SIMULATION_CAPACITY', found: '300' });
  });

  it('gives no row when it is off, whatever its options', async () => {
    const off = testContext({ columns: COLUMNS, requests: [], env: { SIMULATION: '0' } });
    expect((await extract(load, off)).all).toEqual([]);
  });

  it.each([
    ['nb_lignes', 0],
    ['nb_lignes', 'beaucoup'],
    ['graine', 1.5],
    ['facteur_surgeneration', 0.5],
    ['scenario', ''],
  ])('with a wrong option %s: %j is refused, naming the key of project.yml', async (key, value) => {
    expect(await faultOf(extract(load, ask(employees(1), { [key]: value })))).toMatchObject({
      code: 'SIMULATION_OPTION',
      place: `project.yml, vars.simulation.${key}`,
    });
  });

  it('takes numbers written as text, as the command line gives them', async () => {
    const options = { nb_lignes: '300', graine: '7', facteur_surgeneration: '1.5' };
    expect(await cells(ask(employees(20), options))).toEqual(await cells(ask(employees(20))));
  });

  it.each([
    ['min_mois', 'x'],
    ['max_mois', '1'],
    ['debut', '01/11/2025'],
  ])('with a profile whose %s is %j is refused, naming the employee by key', async (column, value) => {
    expect(await faultOf(extract(load, ask(employees(1, { [column]: value }))))).toMatchObject({
      code: 'SIMULATION_PROFILE',
      place: `profil_simulation, sal_0000, column ${column}`,
    });
  });
});
