// What is run with marked secrets: a command, what goes wrong with the services and the project, and how it ends.
import type { Answer, Misfortune } from '../services/service.ts';

export interface Case {
  readonly args: readonly string[];
  /** The exit code. */
  readonly code: number;
  /** What the sheet's address answers; the declarations unless told. */
  readonly sheet?: Misfortune;
  readonly env?: Readonly<Record<string, string>>;
  /** Edits of the project for this case: file, text, what stands in its place. */
  readonly edits?: readonly (readonly [string, string, string])[];
}

const LEAKY = [['sources/sources.yml', 'dist/sources/sport/load.js', 'sources/leaky.mjs']] as const;
const LEAKY_ANSWERS = [['sources/sources.yml', 'dist/sources/gmaps/load.js', 'sources/leaky.mjs']] as const;
/** Somebody has written one into a model. */
const WRITTEN = [
  ['models/sec/rh_salarie.sql', 'select * from final', 'select * from final -- AIzaSy-marked-maps-key-5'],
] as const;
const NO_SALT = { P12_PSEUDO_SALT: '' };
const page: Answer = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };

/** In order: what the ones build, the others read. Whoever adds a command or a service adds its cases here. */
export const CASES: readonly Case[] = [
  { args: ['debug'], code: 0 },
  { args: ['pipeline', '--timings'], code: 0 },
  { args: ['pipeline', '--log-format', 'json'], code: 0 },
  { args: ['load', '--log-format', 'json'], code: 0 },
  { args: ['build', '--select', 'rh_salarie', '--log-format', 'json', '--timings'], code: 0 },
  { args: ['ls', '--output', 'json'], code: 0 },
  { args: ['explain', '--select', '+rh_salarie', '--output', 'json'], code: 0 },
  { args: ['explain'], code: 0, env: { P12_PSEUDO_SALT: 'marked-salt-another' } },
  { args: ['compile'], code: 0 },
  { args: ['compile', '--output', 'json'], code: 0 },
  { args: ['show', 'vue_kpi_scenario', '--output', 'json'], code: 0 },
  { args: ['show', '--inline', 'select current_user, inet_client_addr() as at, 1 / 0 as x'], code: 1 },
  { args: ['show', '--inline', "select '{{ env('PGPASSWORD') }}'"], code: 2 },
  { args: ['test', '--select', 'rh_salarie'], code: 0 },
  { args: ['notify', '--dry-run', '--output', 'json'], code: 0 },
  { args: ['db', 'roles', '--print'], code: 0 },
  { args: ['db', 'roles'], code: 2, env: { SDS_BI_PASSWORD: 'marked-reader-password-é' } },
  { args: ['notify', '--log-format', 'json'], code: 0, env: { FORCE_WEBHOOK: '1' } },
  { args: ['load'], code: 1, sheet: { status: 403, body: 'forbidden' } },
  { args: ['load'], code: 1, sheet: { status: 404, body: 'not found' } },
  { args: ['load', '--log-format', 'json'], code: 1, sheet: page },
  { args: ['load'], code: 1, sheet: 'reset' },
  { args: ['load'], code: 1, sheet: 'answer then reset' },
  { args: ['load'], code: 1, sheet: { body: 'a,b\n"never closed' } },
  {
    args: ['load'],
    code: 1,
    sheet: { status: 302, headers: { location: 'http://127.0.0.1:1/marked-sheet-path?key=marked-sheet-key' } },
  },
  { args: ['load'], code: 1, env: { URL_GSHEET: 'https://[marked-sheet-path/?key=marked-sheet-key' } },
  { args: ['load'], code: 1, env: { RH_XLSX: 'none.xlsx', SPORT_XLSX: 'project.yml' } },
  { args: ['pipeline'], code: 1, sheet: { status: 400, body: 'bad' } },
  { args: ['pipeline', '--log-format', 'json'], code: 1, sheet: page, env: { SIMULATION: '1' } },
  { args: ['debug'], code: 1, sheet: page },
  { args: ['debug', '--output', 'json'], code: 1, sheet: 'reset' },
  {
    args: ['build', '--select', 'rh_salarie'],
    code: 1,
    edits: [['models/sec/rh_salarie.sql', 'select * from final', 'select *, 1 / 0 as x from final']],
  },
  { args: ['retry'], code: 0 },
  { args: ['ls'], code: 2, edits: [['project.yml', 'secrets:', 'secretz:']] },
  { args: ['debug'], code: 1, env: { PGPASSWORD: 'marked-pg-password-wrong' } },
  { args: ['pipeline'], code: 1, env: { PGPASSWORD: 'marked-pg-password-wrong' } },
  { args: ['pipeline'], code: 1, env: { PGPORT: '1' } },
  { args: ['pipeline'], code: 2, env: NO_SALT },
  { args: ['compile'], code: 0, edits: WRITTEN },
  { args: ['compile', '--select', 'rh_salarie', '--output', 'json'], code: 0, edits: WRITTEN },
  { args: ['explain', '--output', 'json'], code: 0, edits: WRITTEN },
  { args: ['ls', '--output', 'json'], code: 0, edits: WRITTEN },
  ...['error', 'fault', 'promise'].map(
    (LEAK): Case => ({
      args: ['build', '--select', 'source:gmaps.trajet', '--log-format', 'json'],
      code: 1,
      env: { LEAK, FORCE_GMAPS: '1' },
      edits: LEAKY_ANSWERS,
    }),
  ),
  ...['error', 'fault', 'timer', 'promise'].flatMap((LEAK): readonly Case[] => [
    { args: ['load'], code: 1, env: { LEAK }, edits: LEAKY },
    { args: ['pipeline', '--log-format', 'json'], code: 1, env: { LEAK }, edits: LEAKY },
  ]),
  { args: ['debug'], code: 1, env: { LEAK: 'fault' }, edits: LEAKY },
  { args: ['load'], code: 0, env: { LEAK: 'notice' }, edits: LEAKY },
];
