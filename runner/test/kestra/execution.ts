// Runs a flow as Kestra would, with the commands that its file holds: in a shell, in a folder of their own, with that environment alone.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../cli.ts';
import { type Flow, type Task, withInner } from './flow.ts';
import { type Context, isTrue, render } from './pebble.ts';

export interface Given {
  readonly inputs?: Context;
  /** What compose gives Kestra as ENV_… and SECRET_…. */
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The copy of the project that stands for /app. */
  readonly app: string;
  readonly execution: string;
  /** Tasks of which nothing runs: no image, or killed. */
  readonly lost?: readonly string[];
  /** Tasks that are not run here, and end well. */
  readonly left?: readonly string[];
}

export interface TaskRun {
  readonly id: string;
  readonly code: number;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly log: string;
}

export interface Execution {
  readonly state: 'SUCCESS' | 'FAILED';
  /** Attempts of tasks, in their order. */
  readonly runs: readonly TaskRun[];
  readonly labels: Readonly<Record<string, string>>;
  readonly logs: readonly string[];
  /** What the flow itself tells Slack. */
  readonly posted: readonly { readonly url: string; readonly text: string }[];
  readonly outputs: Readonly<Record<string, string>>;
}

export async function execute(flow: Flow, given: Given): Promise<Execution> {
  const runs: TaskRun[] = [];
  const [labels, logs, posted]: [Record<string, string>, string[], { url: string; text: string }[]] = [{}, [], []];
  const outputs: Record<string, unknown> = {};
  const defaults = flow.inputs.flatMap(({ id, defaults: value }) => (value === undefined ? [] : [[id, value]]));
  const context: Context = {
    flow,
    outputs,
    inputs: { ...Object.fromEntries(defaults), ...given.inputs },
    vars: flow.variables ?? {},
    envs: given.envs,
    kestra: { url: 'http://kestra.test/' },
    trigger: undefined,
    execution: { id: given.execution, startDate: '2026-11-23T23:30:00Z' },
    secret: (name: string) => given.secrets[name],
  };
  const all = async (tasks: readonly Task[]): Promise<boolean> => {
    for (const task of tasks) if (!(await one(task))) return false;
    return true;
  };
  const one = async (task: Task): Promise<boolean> => {
    const text = (property: string): string => render(String(task[property]), context);
    if (task.runIf !== undefined && !isTrue(String(task.runIf), context)) return true;
    if (task.type.endsWith('.If')) {
      const branch = isTrue(String(task.condition), context) ? task.then : task.else;
      return all((branch ?? []) as readonly Task[]);
    }
    if (task.type.endsWith('.Log')) logs.push(text('message'));
    else if (task.type.endsWith('.Labels'))
      for (const [name, value] of Object.entries(task.labels as Record<string, string>))
        labels[name] = render(value, context);
    else if (task.type.endsWith('.SlackIncomingWebhook')) posted.push({ url: text('url'), text: text('messageText') });
    else return shell(task);
    return true;
  };
  const shell = async (task: Task): Promise<boolean> => {
    if (given.left?.includes(task.id)) return true;
    const attempts = (task.retry as { readonly maxAttempts: number } | undefined)?.maxAttempts ?? 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const run = given.lost?.includes(task.id) ? lost(task) : await command(task, context, given);
      runs.push(run);
      outputs[task.id] = { vars: run.vars };
      if (run.code === 0) return true;
    }
    return false;
  };
  const ok = await all(flow.tasks);
  if (!ok) await all(flow.errors ?? []);
  const values = ok ? (flow.outputs ?? []).map(({ id, value }) => [id, render(value, context)] as const) : [];
  return { state: ok ? 'SUCCESS' : 'FAILED', runs, labels, logs, posted, outputs: Object.fromEntries(values) };
}

/** The environment that a command's container would have. */
export function environmentOf(task: Task, context: Context): Readonly<Record<string, string>> {
  const env = Object.entries(task.env as Record<string, string>);
  return Object.fromEntries(env.map(([name, value]) => [name, render(value, context)]));
}

export function commandsOf(flow: Flow): readonly Task[] {
  return flow.tasks.flatMap(withInner).filter(({ type }) => type.endsWith('.Commands'));
}

function lost({ id }: Task): TaskRun {
  return { id, code: 137, vars: {}, files: [], log: '' };
}

async function command(task: Task, context: Context, { app }: Given): Promise<TaskRun> {
  const folder = mkdtempSync(join(tmpdir(), 'kestra-task-'));
  try {
    const [bin, work] = ['bin', 'work'].map((name) => join(folder, name)) as [string, string];
    for (const path of [bin, work]) mkdirSync(path);
    // As the image's: it goes to the project by itself.
    writeFileSync(
      join(bin, 'runner'),
      `#!/bin/sh\ncd '${app}' && exec '${process.execPath}' '${ROOT}/bin/runner.mjs' "$@"\n`,
    );
    chmodSync(join(bin, 'runner'), 0o755);
    const script = (task.commands as readonly string[]).map((line) => render(line, context)).join('\n');
    const env = { PATH: `${bin}:${process.env.PATH}`, ...environmentOf(task, context) };
    const { code, stdout, stderr } = await sh(`set -e\n${script.replaceAll('/app/', `${app}/`)}`, work, env);
    const said = [...stdout.matchAll(/^::(\{.*\})::$/gm)].map(([, json = '{}']) => JSON.parse(json) as Said);
    const files = readdirSync(work, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return {
      id: task.id,
      code,
      vars: Object.assign({}, ...said.map(({ outputs }) => outputs)),
      files: files.map(({ parentPath, name }) => join(parentPath, name).slice(work.length + 1)),
      log: `${stdout}${stderr}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Said {
  readonly outputs?: Readonly<Record<string, unknown>>;
}

function sh(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', script], { cwd, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}
