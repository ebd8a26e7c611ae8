import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../cli.ts';
import { commandsOf } from './execution.ts';
import { type Flow, readFlow, type Task, texts, withInner } from './flow.ts';

const NAMES = readdirSync(join(ROOT, 'kestra/flows')).map((file) => file.replace(/\.yml$/, ''));
const FLOWS = NAMES.map((name) => [name, readFlow(name)] as const);
const DAILY = readFlow('pipeline_avantages_sportifs');

/** Types of tasks and triggers with their properties, as Kestra 1.3 and 2.0 have them; Loop is of 2.0. */
const TYPES: Readonly<Record<string, string>> = {
  'io.kestra.plugin.scripts.shell.Commands': 'containerImage taskRunner env commands outputFiles timeout retry',
  'io.kestra.plugin.scripts.runner.docker.Docker': 'networkMode pullPolicy user volumes cpu memory',
  'io.kestra.plugin.core.flow.If': 'condition then else',
  'io.kestra.plugin.core.flow.Loop': 'values concurrencyLimit transmitFailed tasks',
  'io.kestra.plugin.core.flow.Subflow': 'namespace flowId wait transmitFailed inheritLabels inputs',
  'io.kestra.plugin.core.log.Log': 'message',
  'io.kestra.plugin.core.execution.Labels': 'labels',
  'io.kestra.plugin.slack.notifications.SlackIncomingWebhook': 'url messageText',
  'io.kestra.plugin.core.trigger.Schedule': 'cron timezone recoverMissedSchedules',
};
const OF_ALL = ['id', 'type', 'description', 'runIf'];
const OF_A_FLOW =
  'id namespace description labels inputs variables triggers concurrency sla tasks errors outputs'.split(' ');

/** What 2.0 has removed, or renamed so that 1.3 and 2.0 agree on no other spelling. */
const REMOVED =
  /pluginDefaults|taskDefaults|preconditions|multipleConditions|ForEach|BOOLEAN|ENUM|maxAttempt\b|\| *json\b|plugin\.notifications|^ *runner:|warningOnStdErr/m;

interface Retry {
  readonly maxAttempts: number;
  readonly interval: string;
}

function minutes(duration: unknown): number {
  const [, hours = 0, rest = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(String(duration)) ?? [];
  return Number(hours) * 60 + Number(rest);
}

const tasksOf = (flow: Flow): readonly Task[] => [...flow.tasks, ...(flow.errors ?? [])].flatMap(withInner);

describe.each(FLOWS)('the flow %s', (name, flow) => {
  it('is named as its file, in the namespace of the others', () => {
    expect([flow.id, flow.namespace]).toEqual([name, 'p12.orchestration']);
    expect(Object.keys(flow).filter((key) => !OF_A_FLOW.includes(key))).toEqual([]);
  });

  it('has each id once', () => {
    const ids = [tasksOf(flow), flow.inputs, flow.outputs ?? []].map((list) => list.map(({ id }) => id));
    for (const list of ids) expect(list).toEqual([...new Set(list)]);
  });

  it('holds types and properties that Kestra has, and none that it has removed', () => {
    const triggers = (flow.triggers ?? []) as readonly Task[];
    const runners = tasksOf(flow).flatMap(({ taskRunner }) => (taskRunner ? [taskRunner as Task] : []));
    const wrong = [...tasksOf(flow), ...triggers, ...runners].flatMap((task) => {
      const known = [...OF_ALL, ...(TYPES[task.type] ?? '').split(' ')];
      return [task.type in TYPES ? [] : task.type, Object.keys(task).filter((key) => !known.includes(key))].flat();
    });
    expect(wrong).toEqual([]);
    expect(readFileSync(join(ROOT, `kestra/flows/${name}.yml`), 'utf8').replace(/^ *#.*$/gm, '')).not.toMatch(REMOVED);
  });

  it('names what is there: outputs of tasks before, inputs, variables', () => {
    const order = tasksOf(flow).map(({ id }) => id);
    const inputs = flow.inputs.map(({ id }) => id);
    const wrong = texts(flow).flatMap(([path, text]) => {
      const names = (kind: string) =>
        [...text.matchAll(new RegExp(`\\b${kind}\\.(\\w+)`, 'g'))].map(([, id = '']) => id);
      const own = tasksOf(flow).findLast(
        (task) => path.startsWith('tasks.') && texts(task).some(([, one]) => one === text),
      );
      const before = own ? order.slice(0, order.indexOf(own.id)) : order;
      return [
        ...(text.includes('loop') ? [] : names('outputs').filter((id) => !before.includes(id))),
        ...names('inputs').filter((id) => !inputs.includes(id)),
        ...names('vars').filter((id) => !/outputs\.\w+\.vars/.test(text) && !(id in (flow.variables ?? {}))),
      ].map((id) => `${path}: ${id}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has durations of ISO 8601', () => {
    const durations = texts(flow).filter(([path]) => /(timeout|interval|duration)$/.test(path));
    expect(durations.filter(([, text]) => !/^PT(\d+H)?(\d+M)?(\d+S)?$/.test(text))).toEqual([]);
  });
});

describe('the daily flow', () => {
  const commands = commandsOf(DAILY);
  const env = (id: string): readonly string[] =>
    Object.keys((commands.find((task) => task.id === id)?.env ?? {}) as Readonly<Record<string, string>>);

  it('starts at nine in Paris, one at a time, and after an outage once', () => {
    expect(DAILY.triggers).toMatchObject([
      { cron: '0 9 * * *', timezone: 'Europe/Paris', recoverMissedSchedules: 'LAST' },
    ]);
    expect(DAILY.concurrency).toEqual({ limit: 1, behavior: 'QUEUE' });
  });

  it('calls the commands of the runner in their order, each with a limit of time, processors and memory', () => {
    expect(commands.map(({ id }) => id)).toEqual(['load', 'build', 'test', 'notify']);
    for (const { id, commands: lines, timeout, taskRunner, containerImage } of commands) {
      expect((lines as readonly string[]).at(-1)).toMatch(new RegExp(`^runner ${id} `));
      expect([timeout, containerImage]).toEqual([expect.stringMatching(/^PT/), '{{ envs.runner_image }}']);
      expect(taskRunner).toMatchObject({
        cpu: expect.anything(),
        memory: expect.anything(),
        pullPolicy: 'IF_NOT_PRESENT',
      });
    }
  });

  it('may take as long as its commands together, each with its retries and the pauses between, and half an hour at the most beyond', () => {
    const longest = commands.reduce((sum, { timeout, retry }) => {
      const { maxAttempts, interval } = (retry ?? { maxAttempts: 1, interval: 'PT0M' }) as Retry;
      return sum + maxAttempts * minutes(timeout) + (maxAttempts - 1) * minutes(interval);
    }, 0);
    const [{ duration } = { duration: '' }] = DAILY.sla as readonly { readonly duration: string }[];
    expect(minutes(duration)).toBeGreaterThan(longest);
    expect(minutes(duration)).toBeLessThanOrEqual(longest + 30);
  });

  it('writes nothing into a command: values and secrets come in the environment, where no shell reads them', () => {
    const lines = commands.flatMap(({ commands: all }) => all as readonly string[]);
    expect(lines.filter((line) => line.includes('{{'))).toEqual([]);
    const secret = texts(DAILY).filter(([, text]) => text.includes('secret('));
    expect(secret.filter(([path]) => !/\.env\.[A-Z0-9_]+$|errors\.0\.url$/.test(path))).toEqual([]);
    for (const [path, text] of secret.filter(([at]) => at.includes('.env.')))
      expect(text).toBe(`{{ secret('${path.split('.').at(-1)}') }}`);
  });

  it('gives each command the variables of .env.example that it reads, and a secret to who needs it alone', () => {
    const documented = [...readFileSync(join(ROOT, '.env.example'), 'utf8').matchAll(/^([A-Z][A-Z0-9_]*)=/gm)];
    const common = 'PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE P12_PSEUDO_SALT SLACK_ALERTING_URL RUN_URL SIMULATION';
    const own: Readonly<Record<string, string>> = {
      load: 'RH_XLSX SPORT_XLSX URL_GSHEET GOOGLE_APPLICATION_CREDENTIALS SERVICE_RETRIES',
      build: 'FORCE_GMAPS TRAJETS_CSV GOOGLE_MAPS_API_KEY SERVICE_RETRIES',
      test: '',
      notify: 'SLACK_WEBHOOK_URL FORCE_WEBHOOK',
    };
    const names = documented.map(([, name = '']) => name);
    for (const id of Object.keys(own)) {
      const needed = `${common} ${own[id]}`.trim().split(' ').sort();
      expect([
        id,
        env(id)
          .filter((name) => names.includes(name))
          .sort(),
      ]).toEqual([id, needed]);
      expect(env(id)).toContain('KESTRA_EXECUTION_ID');
    }
    // Of tests, of compose and its servers, of the image, and a name that the execution has by itself.
    const left = names.filter((name) => !Object.keys(own).some((id) => env(id).includes(name)));
    expect(
      left.filter((name) => !/ROOT_URL$|^(RUN_LABEL|GIT_COMMIT|DATA_DIR)$|^(KESTRA|SPORTDB|SDS)_/.test(name)),
    ).toEqual([]);
  });
});
