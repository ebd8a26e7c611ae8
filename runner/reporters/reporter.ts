import type { WriteStream } from 'node:tty';
import type { Reporter } from '../commands/types.ts';
import type { Fault } from '../errors.ts';
import { plural } from '../util/plural.ts';
import { redactor } from '../util/redact.ts';
import { toObjects } from './json.ts';
import { painter, wantsColor } from './style.ts';
import { drawNarrow, drawTable } from './table.ts';
import { describe, drawFault, drawSummary, drawTimings, flagLine } from './terminal.ts';

export interface ReporterOptions {
  /** But for `text`, stdout carries the answer and nothing else. */
  readonly output: 'text' | 'json' | 'markdown';
  /** `json`: events as one line of JSON each, and nothing else beside the answer. */
  readonly logFormat: 'text' | 'json';
  /** Only answers and faults. */
  readonly quiet: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Where answers come from; the process's own unless told. */
  readonly stdin?: NodeJS.ReadStream;
  /** `NO_COLOR`, `FORCE_COLOR` and `TERM` count. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Loads of the kinds of reporters only what is needed. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  return options.logFormat === 'json'
    ? (await import('./json-log.ts')).createJsonReporter(options)
    : createTextReporter(options);
}

/** Draws a command's events and results for a person: with live lines on a terminal, plain lines elsewhere. */
async function createTextReporter({ output, quiet, stdin, stdout, stderr, env }: ReporterOptions): Promise<Reporter> {
  const log = output === 'text' ? stdout : stderr;
  const paint = painter(wantsColor(log, env));
  const paintFault = painter(wantsColor(stderr, env));
  const isLive = log.isTTY === true && env.TERM !== 'dumb' && !quiet;
  const live = isLive ? (await import('./live.ts')).createLiveArea(log as WriteStream, paint) : undefined;
  const progress = live && (await import('./progress.ts')).createProgress();
  /** Text for a stream; where that is the terminal of the live lines, they have to make room. */
  const print = (text: string, stream: NodeJS.WriteStream = log): void => {
    if (live && stream.isTTY === true) live.print(text);
    else stream.write(`${text}\n`);
  };
  const tell = (text: string, stream?: NodeJS.WriteStream): void => print(redactor.redact(text), stream);
  const say = (text: string): void => {
    if (!quiet) tell(text);
  };
  const faults = (list: readonly Fault[]): void => {
    for (const fault of list) tell(drawFault(redactedFault(fault), paintFault, stderr.columns), stderr);
  };
  const answer: Reporter['answer'] = (result, last) => {
    if (output === 'json') stdout.write(`${JSON.stringify(toObjects(result))}\n`);
    else if (result.columns.length > 0) {
      print(`${drawTable(result, undefined, last)}\n(${plural(result.rows.length, 'row')})`, stdout);
    }
  };
  return {
    emit(event) {
      progress?.listen(event);
      if (event.type === 'faults') faults(event.faults);
      if (event.type === 'node_finished') {
        faults(event.result.faults);
        for (const warning of event.result.warnings ?? [])
          say(drawFault(redactedFault(warning), paint, log.columns, 'yellow'));
      }
      if (event.type === 'timings') print(drawTimings(event.milliseconds), stderr);
      const line = describe(event, paint);
      if (line !== undefined) say(line);
      if (progress) live?.show(progress.lines);
    },
    faults,
    line: say,
    text: (text) => tell(text, stdout),
    flags: (flags) => print(flagLine(flags), stdout),
    summary: (results, duration, purpose) => say(drawSummary(results, duration, paint, purpose)),
    table(title, result) {
      if (!quiet) print(`\n${paint('bold', title)}\n${drawNarrow(result, log.columns ?? 120)}`);
    },
    answer,
    async history(histories, rows) {
      if (output === 'json') answer(rows);
      else if (histories.length > 0) {
        const { drawHistory } = await import('./history.ts');
        print(drawHistory(histories, painter(wantsColor(stdout, env)), stdout.columns ?? 120), stdout);
      }
    },
    confirm: async (question) => (await import('./confirm.ts')).confirm(question, stdin ?? process.stdin, stdout),
    close: () => live?.close(),
  };
}

/** Before it is drawn: a long line is cut, perhaps in the middle of a secret. */
function redactedFault(fault: Fault): Fault {
  return JSON.parse(JSON.stringify(fault, redactor.replacer)) as Fault;
}
