// A copy of the project with a database of its own, on which executions of the daily flow run.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { sodaPython } from '../../contracts/soda-environment.ts';
import { ROOT, type Workplace, workplace } from '../cli.ts';
import { editText } from '../oracle/edits.ts';
import { type SlackService, startSlack } from '../services/slack.ts';
import { type Execution, execute, type Given } from './execution.ts';
import { readFlow } from './flow.ts';

export interface FlowPlace extends Workplace {
  readonly slack: SlackService;
  /** One execution of the daily flow. Both webhooks are set; an input or setting may be another. */
  run(given?: Partial<Pick<Given, 'inputs' | 'envs' | 'secrets' | 'lost' | 'left'>>): Promise<Execution>;
  edit(file: string, from: string, to: string): void;
}

/** Whether the real Soda is installed; without it the flow's command that calls it is left out, as its tests are. */
export const WITH_SODA = existsSync(sodaPython(ROOT));
if (!WITH_SODA) process.stderr.write('The real Soda is not installed: the flow is run without `runner test`.\n');

export const FLOW = readFlow('pipeline_avantages_sportifs');

/**
 * @param base a place to begin as: its files with what the runner knows of them, and its database, to which nobody is
 * connected; none: the project and an empty database
 */
export async function flowPlace(base?: FlowPlace, database?: string): Promise<FlowPlace> {
  const slack = await startSlack();
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'soda', 'sources', ...(base ? ['target/cache'] : [])];
  const place = await workplace(base?.dir ?? ROOT, parts, {}, database, base?.config.database);
  const { host, port, user, password = '', database: name } = place.config;
  const envs = {
    runner_image: 'runner:test',
    network: 'net',
    data_dir: '/data',
    pghost: host,
    pgport: String(port),
    pguser: user,
    pgdatabase: name,
    rh_xlsx: 'sources/sample/rh.xlsx',
    sport_xlsx: 'sources/sample/sport.xlsx',
    trajets_csv: 'sources/sample/trajets.csv',
  };
  const secrets = {
    PGPASSWORD: password,
    P12_PSEUDO_SALT: 'a-salt-for-tests',
    URL_GSHEET: 'sources/sample/declarations.csv',
    GOOGLE_MAPS_API_KEY: '',
    SLACK_WEBHOOK_URL: slack.webhook,
    SLACK_ALERTING_URL: slack.alerts,
  };
  return {
    ...place,
    slack,
    run: (given = {}) =>
      execute(FLOW, {
        execution: randomUUID(),
        app: place.dir,
        ...given,
        left: WITH_SODA ? (given.left ?? []) : ['test'],
        envs: { ...envs, ...given.envs },
        secrets: { ...secrets, ...given.secrets },
      }),
    edit: (file, from, to) => {
      editText(place, file, (text) => {
        if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
        return text.replace(from, () => to);
      });
    },
    async close() {
      await slack.close();
      await place.close();
    },
  };
}
