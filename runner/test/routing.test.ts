import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from './cli.ts';
import { inputsOf, simulatedIn } from './oracle/edits.ts';
import { figures } from './oracle/figures.ts';
import { published } from './oracle/published.ts';
import { expectedToRun, type Listed, listNodes, takePicture } from './routing-graph.ts';
import { type Base, buildBase, copyOf, EDITS, earlyAnswer, newAnswer, type Place } from './routing-place.ts';
import { SAMPLE_DAY } from './sample-project.ts';

/*
 * What raises a flag, where the graph is entered, what must then have other rows, and what else follows.
 *
 * flag         raised by                          enters the graph at       must change                     Slack        commutes asked
 * S            SIMULATION=1                       simulation.declaration    activite, bilan_declaration     nothing      none
 * G            one more answer to the form        gsheet.declaration        activite, message_felicitation  its message  none
 * P            a threshold of the parameters      param_avantage            param_effectif, ctrl_trajet     nothing      none
 * E            one more employee in the workbook  rh.salarie                salarie, activite (1)           nothing (1)  the new one
 * B            the employees' table gone or empty rh_salarie                rh_salarie                      nothing      none
 * FORCE_GMAPS  (no flag)                          gmaps.trajet              gmaps.trajet                    nothing      all, if there is other work
 *
 * (1) who is new has answered the form before: the answer is an activity from now on, and is told with the next G.
 * case = 4 S + 2 G + P. A row of history, with its KPI, when a flag is raised; none otherwise.
 */
const TABLE = {
  S: {
    at: 'simulation.declaration',
    change: ['activite', 'bilan_declaration'],
    why: 'fictitious declarations are asked for',
  },
  G: {
    at: 'gsheet.declaration',
    change: ['activite', 'message_felicitation'],
    why: 'the declarations of activity changed',
  },
  P: { at: 'param_avantage', change: ['param_effectif', 'ctrl_trajet'], why: 'a parameter or a referential changed' },
  E: { at: 'rh.salarie', change: ['salarie', 'activite'], why: 'an Excel file changed' },
  B: { at: 'rh_salarie', change: ['rh_salarie'], why: 'there is no employee yet' },
  FORCE: { at: 'gmaps.trajet', change: ['gmaps.trajet'], why: '' },
} as const;

type Letter = keyof typeof TABLE;
const FLAGS = ['S', 'G', 'P', 'E', 'B'] as const;
const CASES = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const BESIDE = ['', 'E', 'B', 'EB'] as const;
/** KPI rows of one run. */
const KEPT = {
  cout_prime: 1,
  cout_prime_fixe: 1,
  jours_sup: 1,
  pratique_sport: 15,
  incoherences: 1,
  age: 6,
  scenario: 3,
};
type Outputs = Readonly<Record<string, unknown>>;

let base: Base;
let nodes: readonly Listed[];
const units: string[][] = [];
/** What the files hold, by the letters that changed them: to read workbooks takes long. */
const read = new Map<string, ReturnType<typeof inputsOf>>();
const below = new Map<Letter, readonly string[]>();
beforeAll(async () => {
  base = await buildBase();
  nodes = await listNodes(base.project);
  for (const transaction of ['couts', 'histo'])
    units.push((await listNodes(base.project, [`config.transaction:${transaction}`])).map(({ name }) => name));
  for (const letter of Object.keys(TABLE) as Letter[]) {
    const { at } = TABLE[letter];
    const word = at.includes('.') ? `source:${at}+` : `${at}+`;
    below.set(
      letter,
      (await listNodes(base.project, [word])).map(({ name }) => name),
    );
  }
});
afterAll(() => base?.project.close());

function lettersOf(number: number, beside: string, isForced: boolean): ReadonlySet<Letter> {
  const inCase = (['S', 'G', 'P'] as const).filter((_, index) => number & (4 >> index));
  return new Set([...inCase, ...([...beside] as Letter[]), ...(isForced ? (['FORCE'] as const) : [])]);
}

function nameOf(letters: ReadonlySet<Letter>): string {
  return [...letters].join(' ').replace('FORCE', 'FORCE_GMAPS') || 'nothing';
}

/** Makes the changes; B takes the table away where P is not raised, and empties it where it is. */
async function change(place: Place, letters: ReadonlySet<Letter>): Promise<void> {
  for (const letter of ['G', 'P', 'E'] as const) if (letters.has(letter)) EDITS[letter](place, base);
  if (letters.has('B'))
    await place.db.query(letters.has('P') ? 'truncate sec.rh_salarie' : 'drop table sec.rh_salarie cascade');
}

function outputsOf({ stdout }: Ended): Outputs {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return (JSON.parse(last.slice(2, -2)) as { outputs: Outputs }).outputs;
}

async function run(place: Place, command: readonly string[], env: Readonly<Record<string, string>>): Promise<Outputs> {
  const day = command.includes('--as-of') ? [] : SAMPLE_DAY;
  const ended = await place.runner([...command, ...day], env);
  expect([ended.code, ended.stderr], `${command.join(' ')}\n${ended.stdout}`).toEqual([0, '']);
  return outputsOf(ended);
}

/** What Kestra gives to all commands of an execution. */
function execution(id: string, letters: ReadonlySet<Letter>): Readonly<Record<string, string>> {
  const switches = { SIMULATION: letters.has('S') ? '1' : '0', FORCE_GMAPS: letters.has('FORCE') ? '1' : '0' };
  return { KESTRA_EXECUTION_ID: id, ...switches };
}

/** The commands of the flow, as their own outputs route them; returns what `load` told. */
async function flow(place: Place, env: Readonly<Record<string, string>>): Promise<Outputs> {
  const told = await run(place, ['load'], env);
  if (Number(told.changed) > 0) await run(place, ['build', '--select', 'changed'], env);
  await run(place, ['notify', '--due'], env);
  return told;
}

/** Makes the changes, runs, and looks at all that came of it; after the flow, looks whether it would do anything again. */
async function routes(letters: ReadonlySet<Letter>, way: 'flow' | 'pipeline'): Promise<void> {
  const place = await copyOf(base);
  try {
    await change(place, letters);
    const raised = FLAGS.filter((flag) => letters.has(flag));
    const causes = [...letters].filter((letter) => letter !== 'FORCE' || raised.length > 0);
    const env = execution('run-1', letters);
    const before = await takePicture(place);
    const told = way === 'flow' ? await flow(place, env) : await run(place, ['pipeline'], env);
    const after = await takePicture(place);

    const number = 4 * Number(letters.has('S')) + 2 * Number(letters.has('G')) + Number(letters.has('P'));
    const why = raised.map((flag) => `${flag}: ${TABLE[flag].why}`).join('; ') || 'no flag is raised';
    const flags = Object.fromEntries(FLAGS.map((flag) => [flag, Number(letters.has(flag))]));
    expect(told).toMatchObject({ ...flags, case: number, case_why: why, exit_code: 0, run_id: 'run-1' });
    expect(Number((way === 'flow' ? told.changed : told.nodes) ?? 0) > 0).toBe(raised.length > 0);

    const ran = await nodesOf(place, 'run-1');
    const entered = new Set(causes.map((letter) => TABLE[letter].at));
    expect(ran).toEqual(expectedToRun(nodes, entered, units, before, after));
    const allowed = new Set(causes.flatMap((letter) => below.get(letter) ?? []));
    expect(ran.filter((name) => !allowed.has(name))).toEqual([]);
    expect(ran).toEqual(expect.arrayContaining(causes.flatMap((letter) => TABLE[letter].change)));
    await expectTheFigures(place, letters);

    expect(place.slack.posted(place.slack.webhook)).toEqual(messagesOf(letters));
    expect(await place.rows('select * from ops.outbox_due')).toEqual([]);
    expect(place.google.elements.toSorted()).toEqual(commutesOf(letters, raised.length > 0));
    await expectHistory(place, raised.length > 0 ? 'run-1' : undefined, letters.has('S'));

    if (way === 'pipeline') return;
    const asked = place.google.requests.length;
    const again = await run(place, ['load'], execution('run-2', letters));
    const S = Number(letters.has('S'));
    expect(again).toMatchObject({ S, G: 0, P: 0, E: 0, B: 0, case: 4 * S, changed: 0, exit_code: 0 });
    expect([(await takePicture(place)).batches, place.google.requests.length]).toEqual([after.batches, asked]);
  } finally {
    await place.close();
  }
}

async function nodesOf(place: Place, id: string): Promise<readonly string[]> {
  const results = await place.rows(`select name, status from ops.node_result where run_id = '${id}'`);
  expect(results.filter(([, status]) => status !== 'success' && status !== 'unchanged')).toEqual([]);
  return results.flatMap(([name, status]) => (status === 'success' ? (name ?? '') : [])).sort();
}

/** All figures are those of the rules for what the files hold now: what had to change did. */
async function expectTheFigures(place: Place, letters: ReadonlySet<Letter> = new Set()): Promise<void> {
  const simulees = await simulatedIn(place);
  const files = ['G', 'P', 'E'].filter((letter) => letters.has(letter as Letter)).join('');
  const inputs = read.get(files) ?? inputsOf(place);
  read.set(files, inputs);
  const question = { jour: SAMPLE_DAY[1], moisCourant: false };
  expect(await published(place)).toEqual(figures({ ...(await inputs), simulees }, question));
}

/** Of the one who came with E there is an older answer: it is an activity now, and is told with the next G. */
function messagesOf(letters: ReadonlySet<Letter>): readonly string[] {
  if (!letters.has('G')) return [];
  return [...(letters.has('E') ? [earlyAnswer(base).message] : []), newAnswer(base).message];
}

function commutesOf(letters: ReadonlySet<Letter>, hasWork: boolean): readonly string[] {
  const fresh = `walking: ${base.newcomer.adresse} → 1362 Av. des Platanes, 34970 Lattes`;
  const known = letters.has('FORCE') && hasWork ? base.commutes : [];
  return [...known, ...(letters.has('E') ? [fresh] : [])].sort();
}

/** One row and its KPI, all under the run's id, or nothing, beside those of the base. */
async function expectHistory(place: Place, id: string | undefined, isSimulated: boolean): Promise<void> {
  const added = (table: string, columns: string): ReturnType<Place['rows']> =>
    place.rows(`select id_histo_run, ${columns} from ops.${table} where id_histo_run <> '${base.firstRun}' group by 1`);
  expect(await added('histo_run', 'bool_or(simulation), count(*)')).toEqual(
    id === undefined ? [] : [[id, isSimulated ? 't' : 'f', '1']],
  );
  for (const [kpi, count] of Object.entries(KEPT)) {
    expect(await added(`histo_kpi_${kpi}`, 'count(*)'), kpi).toEqual(id === undefined ? [] : [[id, String(count)]]);
  }
}

/** `npm run test:crash` takes all 64 combinations, `npm test` FORCE_GMAPS in every other one. */
const EVERY = process.env.RUNNER_CRASHES === 'all';

/** All in one command: it takes half as long as three. */
describe.each(CASES)('case %i of S G P', (number) => {
  const all = BESIDE.flatMap((beside, index) =>
    [false, true]
      .filter((isForced) => EVERY || isForced === ((index + number) % 2 === 1))
      .map((isForced) => lettersOf(number, beside, isForced)),
  );
  it.concurrent.each(all.map((letters) => [nameOf(letters), letters] as const))(
    'with %s runs what follows from it and nothing else',
    (_, letters) => routes(letters, 'pipeline'),
  );
});

describe('load, build and notify, one after the other,', () => {
  const some = [lettersOf(0, '', true), lettersOf(1, 'B', true), lettersOf(2, '', false), lettersOf(7, 'EB', true)];
  it.concurrent.each(some.map((letters) => [nameOf(letters), letters] as const))(
    'do the same as the pipeline where there is %s, and nothing the second time',
    (_, letters) => routes(letters, 'flow'),
  );
});

describe('a run in which no flag is raised', () => {
  let place: Place;
  beforeAll(async () => {
    place = await copyOf(base);
  });
  afterAll(() => place?.close());
  const histories = (): ReturnType<Place['rows']> =>
    place.rows('select id_histo_run, simulation from ops.histo_run order by ts_histo desc');

  it('withdraws the fictitious declarations that are asked for no longer, and says so', async () => {
    await run(place, ['pipeline'], execution('simulated', lettersOf(4, '', false)));
    const told = await flow(place, execution('withdrawn', new Set()));
    expect(told).toMatchObject({ S: 0, case: 0, exit_code: 0 });
    expect(told.case_why).toMatch(/^no flag is raised; \d+ steps may differ: the settings of simulation.declaration$/);
    expect(await place.rows("select 1 from metier.activite where source_donnee = 'csv_simule'")).toEqual([]);
    await expectTheFigures(place);
    expect((await histories()).slice(0, 2)).toEqual([
      ['withdrawn', 'f'],
      ['simulated', 't'],
    ]);
  });

  it('says that the day is another one; the history gains a row only with another month', async () => {
    for (const [day, month] of [
      ['2026-11-25', false],
      ['2026-12-01', true],
    ] as const) {
      const before = (await histories()).length;
      const told = await run(place, ['load', '--as-of', day], { KESTRA_EXECUTION_ID: day });
      expect(told).toMatchObject({ S: 0, G: 0, P: 0, E: 0, B: 0, case: 0, as_of: day });
      expect(told.case_why).toMatch(new RegExp(`^no flag is raised; \\d+ steps may differ: the day \\(now ${day}\\)$`));
      await run(place, ['build', '--select', 'changed', '--as-of', day], { KESTRA_EXECUTION_ID: day });
      const ran = await nodesOf(place, day);
      expect([ran.includes('salarie'), ran.includes('rh_salarie'), ran.includes('histo_run')]).toEqual([
        true,
        false,
        month,
      ]);
      expect((await histories()).length - before).toBe(month ? 1 : 0);
    }
    expect([place.google.elements, place.slack.posted(place.slack.webhook)]).toEqual([[], []]);
  });

  it('raises E as long as no batch of a workbook has landed, also when that is refused', async () => {
    await place.db.query("delete from ops.batch where source = 'rh.salarie'");
    const ended = await place.runner(['load', ...SAMPLE_DAY], { KESTRA_EXECUTION_ID: 'x', RH_XLSX: 'nowhere.xlsx' });
    expect([ended.code, outputsOf(ended)]).toEqual([1, expect.objectContaining({ E: 1, case: 0, status: 'failed' })]);
  });
});
