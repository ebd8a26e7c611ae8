import { resolve } from 'node:path';
import { resolveTarget } from '../adapters/target.ts';
import type { Database } from '../adapters/types.ts';
import { EXIT } from '../errors.ts';
import { type Alert, type AlertedRows, alertText, escaped } from '../outbox/alert.ts';
import { alertedRows } from '../outbox/alerted-rows.ts';
import { plainAlert } from '../outbox/plain-alert.ts';
import { post } from '../outbox/post.ts';
import { type Env, readEnv } from '../project/env.ts';
import type { AlertConfig } from '../project/message-types.ts';
import { readConfigAsFarAsItGoes } from '../project/read-project.ts';
import { secretTexts } from '../project/secret-texts.ts';
import type { ProjectConfig } from '../project/types.ts';
import { alertedFor, noteAlerted } from '../state/alerted.ts';
import { today } from '../util/dates.ts';
import { redactor } from '../util/redact.ts';
import type { HeardRun } from './hear-run.ts';
import type { CommonArgs, Reporter } from './types.ts';

export interface EndedRun {
  /** Of the command. */
  readonly name: string;
  readonly args: CommonArgs;
  readonly reporter: Reporter;
  readonly exitCode: number;
  readonly heard: HeardRun;
}

/** Sends the alert of a run that failed or found something, in one attempt. Never throws: what went wrong is told. */
export async function sendAlert(ended: EndedRun): Promise<void> {
  try {
    await alert(ended);
  } catch (error) {
    notSent(ended, error instanceof Error ? error.message : String(error), 'What the run itself did is not touched.');
  }
}

async function alert(ended: EndedRun): Promise<void> {
  const { name, args, reporter, heard } = ended;
  const dir = resolve(args.projectDir);
  const config = await readConfigAsFarAsItGoes(dir);
  const env = readEnv(dir, process.env);
  // Of a project that is wrong they are not known yet.
  if (config) redactor.hide(secretTexts(env, config.secrets, dir));
  const execution = env('KESTRA_EXECUTION_ID');
  if (name !== 'pipeline' && execution === undefined) return;
  if (!config) return reporter.emit({ type: 'notice', message: 'no alert was sent: project.yml can’t be read' });
  const settings = config.alert;
  if (!settings) return;
  const found = heard.changed.flatMap((result) => {
    const rows = settings.rows.find(({ model }) => model === result.node.name);
    return rows && result.rows !== 0 ? [{ rows, node: result.node }] : [];
  });
  if (ended.exitCode === EXIT.done && heard.died.length === 0 && found.length === 0) return;
  const webhook = env(settings.webhook);
  if (webhook === undefined) {
    // What is no name of a variable, be it an address, was not taken over from project.yml.
    const why =
      settings.webhook === '' ? 'alert.webhook of project.yml names no variable' : `${settings.webhook} is not set`;
    reporter.emit({ type: 'notice', message: `no alert was sent: ${why}` });
    return;
  }
  const runId = heard.started?.runId ?? env('RUN_LABEL') ?? execution ?? '';
  await withDatabase(ended, config, env, async (db) => {
    // What a good command of an execution has found keeps the failure of a later one from nobody.
    const hasFailed = ended.exitCode !== EXIT.done;
    const noted =
      hasFailed && db && execution ? await alertedFor(db, config.stateSchema, runId).catch(() => null) : null;
    if (noted !== null && noted === execution) return tellOrchestrator(ended);
    const rows = await Promise.all(found.map((one) => alertedRows(db, one.rows, one.node)));
    const told = rows.filter(({ count }) => count !== 0);
    if (ended.exitCode === EXIT.done && heard.died.length === 0 && told.length === 0) return;
    const text = await textOf(alertOf(ended, { config, env, runId, rows: told }), ended, config, settings, env);
    const posted = await post(webhook, text);
    if (posted.outcome === 'again') notSent(ended, posted.reason, 'An alert is tried once: see to the connection.');
    if (posted.outcome === 'refused') notSent(ended, posted.reason, posted.hint);
    if (posted.outcome !== 'sent' || !hasFailed) return;
    tellOrchestrator(ended);
    if (db && execution) await noteAlerted(db, config.stateSchema, runId, execution).catch(() => undefined);
  });
}

/** That somebody knows of the failure, so that it need not be told elsewhere too. */
function tellOrchestrator({ args, reporter }: EndedRun): void {
  if (args.kestra) reporter.emit({ type: 'outputs', values: { alerted: 1 } });
}

/** Works without a database where none can be reached: what failed may be just that. */
async function withDatabase(
  { args, heard }: EndedRun,
  { database }: ProjectConfig,
  env: Env,
  work: (db: Database | undefined) => Promise<void>,
): Promise<void> {
  const isGone = heard.errors.some(({ code }) => code === 'CONNECTION_FAILED' || code === 'CONNECTION_LOST');
  let db: Database | undefined;
  try {
    const target = resolveTarget({ name: args.target, projectDir: resolve(args.projectDir), database, env });
    // The embedded server is not started for an alert.
    if (!isGone && (heard.started || !target.embedded)) {
      const { openDatabase } = await import('../adapters/postgres.ts');
      db = openDatabase(await target.connect(() => undefined, args.signal), { max: 1, applicationName: 'runner' });
      await db.query('select 1');
    }
  } catch {
    await db?.close();
    db = undefined;
  }
  try {
    await work(db);
  } finally {
    await db?.close();
  }
}

interface Known {
  readonly config: ProjectConfig;
  readonly env: Env;
  readonly runId: string;
  readonly rows: readonly AlertedRows[];
}

function alertOf({ name, args, exitCode, heard }: EndedRun, { config, env, runId, rows }: Known): Alert {
  const { started, finished, errors, died } = heard;
  const counts = finished?.counts ?? {};
  return {
    project: config.name,
    run: {
      id: runId,
      command: name,
      status: finished?.status ?? STATUS[exitCode] ?? 'failed',
      day: started?.asOf ?? args.asOf ?? today(config.timezone),
      url: env('RUN_URL') ?? '',
      failed: exitCode !== EXIT.done,
      not_run: (counts.upstream_failed ?? 0) + (counts.skipped ?? 0),
    },
    errors: JSON.parse(JSON.stringify(errors, redactor.replacer)) as typeof errors,
    cut: 0,
    died: died.map(({ runId: id, command }) => ({ id, command })),
    rows,
  };
}

/** Of a command that did not get so far as to start a run. */
const STATUS: Readonly<Record<number, string>> = { [EXIT.wrong]: 'not started', [EXIT.locked]: 'not started' };

async function textOf(
  told: Alert,
  { reporter }: EndedRun,
  config: ProjectConfig,
  { text: template }: AlertConfig,
  env: Env,
): Promise<string> {
  if (template === undefined) return alertText(told, plainAlert);
  try {
    const { createAlertTemplate } = await import('../compile/alert-template.ts');
    const draw = createAlertTemplate(template, config, (name) => {
      const value = env(name);
      return value === undefined ? undefined : escaped(value);
    });
    return alertText(told, draw);
  } catch {
    reporter.emit({ type: 'notice', message: 'the alert was sent in plain words: its template has an error' });
    return alertText(told, plainAlert);
  }
}

function notSent({ reporter }: EndedRun, reason: string, hint: string): void {
  reporter.faults([{ code: 'ALERT_NOT_SENT', message: `the alert of this run was not sent: ${reason}`, hint }]);
}
