// The real project with twenty employees, built once, and copies of it in which something changes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parse as parseYaml, stringify } from 'yaml';
import { makePeople, type Person } from '../../sources/sample/people.ts';
import { seededRandom } from '../../sources/sample/random.ts';
import { rhWorkbook, sportWorkbook } from '../../sources/sample/workbooks.ts';
import { type Workplace, workplace } from './cli.ts';
import { declare, editText, SALT } from './oracle/edits.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';
import { type GoogleMaps, startGoogleMaps } from './services/google-maps.ts';
import { sampleWays } from './services/sample.ts';
import { type SlackService, startSlack } from './services/slack.ts';

const PARTS = ['project.yml', 'models', 'seeds', 'macros', 'soda', 'sources', 'target/cache'];
const RH = 'sources/sample/rh.xlsx';
const ways = sampleWays();

/** What is the same for all copies. */
export interface Base {
  readonly project: SampleProject;
  readonly env: Readonly<Record<string, string>>;
  /** The run that built it. */
  readonly firstRun: string;
  /** Every commute that was asked when it was built. */
  readonly commutes: readonly string[];
  readonly people: readonly Person[];
  /** Walks to work, and is in no workbook yet. */
  readonly newcomer: Person;
  readonly newWorkbook: Buffer;
}

export interface Place extends Workplace {
  readonly slack: SlackService;
  readonly google: GoogleMaps;
}

export async function buildBase(): Promise<Base> {
  const everybody = makePeople(seededRandom(20_261_124));
  const people = everybody.slice(0, 20);
  const newcomer = everybody.slice(20).find(({ mode }) => mode === 'Marche/running');
  if (!newcomer) throw new Error('nobody walks');
  const project = await sampleProject({ P12_PSEUDO_SALT: SALT, TRAJETS_CSV: '' });
  writeFileSync(join(project.dir, RH), await rhWorkbook(people));
  writeFileSync(join(project.dir, 'sources/sample/sport.xlsx'), await sportWorkbook(people));
  // Unit tests and contracts are tested elsewhere, and take most of a build.
  for (const file of readdirSync(join(project.dir, 'models'), { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.tests.yml')) rmSync(join(project.dir, 'models', file));
  }
  for (const file of readdirSync(join(project.dir, 'soda'), { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.yml')) editText(project, `soda/${file}`, withoutChecks);
  }
  editText(project, 'project.yml', (text) => text.replace('nb_lignes: 1500', 'nb_lignes: 40'));
  editText(project, 'sources/sample/declarations.csv', (text) => text.replace(/\n[\s\S]*/, '\n'));
  declare(project, [...declarationsOf(people), earlyAnswer({ newcomer }).row]);
  const google = await startGoogleMaps((origin, _, mode) => ways.get(`${mode} ${origin}`));
  const firstRun = 'base';
  const env = { KESTRA_EXECUTION_ID: firstRun, GOOGLE_MAPS_API_KEY: google.key, GOOGLE_MAPS_ROOT_URL: google.url };
  try {
    for (const command of [['load'], ['build', '--select', 'changed'], ['notify', '--skip-all']]) {
      const { code, stdout, stderr } = await project.runner([...command, ...SAMPLE_DAY], env);
      if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
    }
  } finally {
    await google.close();
  }
  const newWorkbook = await rhWorkbook([...people, newcomer]);
  return { project, env: project.env, firstRun, commutes: google.elements, people, newcomer, newWorkbook };
}

/** Which columns are personal stays. */
function withoutChecks(contract: string): string {
  return stringify(parseYaml(contract), (key, value: unknown) => (key === 'checks' ? undefined : value));
}

/** Sixty of the sample's declarations. */
function declarationsOf(people: readonly Person[]): readonly (readonly string[])[] {
  const names = new Set(people.map(({ nom, prenom }) => `${nom} ${prenom}`));
  const path = new URL('../../sources/sample/declarations.csv', import.meta.url);
  const rows = parse(readFileSync(path)) as readonly string[][];
  return rows.filter(([, nom, prenom]) => names.has(`${nom} ${prenom}`)).slice(0, 60);
}

/** A copy of the base and of its database, with a channel and a Google of its own. */
export async function copyOf({ project, env }: Base): Promise<Place> {
  const slack = await startSlack();
  const google = await startGoogleMaps((origin, _, mode) => ways.get(`${mode} ${origin}`));
  const services = {
    SLACK_WEBHOOK_URL: slack.webhook,
    GOOGLE_MAPS_API_KEY: google.key,
    GOOGLE_MAPS_ROOT_URL: google.url,
  };
  const { PGDATABASE: template, ...common } = env;
  const variables = Object.fromEntries(Object.entries(common).filter(([name]) => !name.startsWith('PG')));
  const place = await workplace(project.dir, PARTS, { ...variables, ...services }, undefined, template);
  return {
    ...place,
    slack,
    google,
    async close() {
      await Promise.all([slack.close(), google.close()]);
      await place.close();
    },
  };
}

/** An answer to the form, and what is said of it. */
export interface Answer {
  readonly row: readonly string[];
  readonly message: string;
}

/** What G adds to the sheet. */
export function newAnswer({ people: [first] }: Base): Answer {
  return answerOf(first as Person, '22/11/2026');
}

/** It stands in the sheet of the base, and is rejected until the newcomer is in the workbook. */
export function earlyAnswer({ newcomer }: Pick<Base, 'newcomer'>): Answer {
  return answerOf(newcomer, '19/11/2026');
}

function answerOf({ nom, prenom }: Person, day: string): Answer {
  return {
    row: [`${day} 18:00:00`, nom, prenom, day, 'Runing', '10,8', '00:46:00', 'enfin'],
    message: `Bravo ${prenom} ${nom} ! Tu viens de courir 10,8 km en 46 min ! Belle énergie ! (enfin) 🔥🏅`,
  };
}

/** The edits behind the flags; S is a variable. */
export const EDITS: Readonly<Record<'G' | 'P' | 'E', (place: Place, base: Base) => void>> = {
  G: (place, base) => declare(place, [newAnswer(base).row]),
  P: (place) =>
    editText(place, 'seeds/param_avantage.csv', (text) =>
      text.replace('seuil_km_velo_autres,25', 'seuil_km_velo_autres,7.5'),
    ),
  E: (place, { newWorkbook }) => writeFileSync(join(place.dir, RH), newWorkbook),
};
