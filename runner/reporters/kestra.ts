import type { Reporter } from '../commands/types.ts';
import type { Flag, OutputValue, RunEvent } from '../execute/types.ts';
import { redactor } from '../util/redact.ts';

/** A reporter that also keeps what Kestra is to be told of the command. */
export interface KestraReporter {
  readonly reporter: Reporter;
  /** Writes the last line: the outputs of the task, `::{"outputs":{…}}::`. */
  end(exitCode: number): void;
}

/** How a command ended that had no run. */
const STATUS: Readonly<Record<number, string>> = { 0: 'success', 3: 'locked' };

/** Kestra reads one whole line; what ends a line elsewhere than in JSON is escaped. */
export function outputsLine(values: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify({ outputs: values }, redactor.replacer);
  return `::${text.replace(/[\u0085\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)}::`;
}

/** Listens to a command beside its own reporter. */
export function kestraReporter(reporter: Reporter, stdout: NodeJS.WritableStream): KestraReporter {
  const values: Record<string, OutputValue> = {};
  const flags = (raised: readonly Flag[]): void => {
    for (const flag of raised) values[flag.name] = flag.raised ? 1 : 0;
  };
  const hear = (event: RunEvent): void => {
    if (event.type === 'flags') flags(event.flags);
    if (event.type === 'outputs') Object.assign(values, event.values);
    if (event.type === 'case') Object.assign(values, { case: event.number, case_why: event.why });
    if (event.type === 'run_started') Object.assign(values, { run_id: event.runId, as_of: event.asOf });
    if (event.type === 'plan') values.nodes = event.nodes.length;
    if (event.type === 'outbox_finished') {
      values.sent = Number(values.sent ?? 0) + event.sent + event.resent;
      values.waiting = Number(values.waiting ?? 0) + event.waiting;
    }
    if (event.type === 'run_finished')
      Object.assign(values, { status: event.status, seconds: event.seconds, ...prefixed(event.counts) });
  };
  return {
    reporter: {
      ...reporter,
      emit(event) {
        hear(event);
        reporter.emit(event);
      },
      flags(list) {
        flags(list);
        reporter.flags(list);
      },
    },
    end: (exitCode) =>
      void stdout.write(`${outputsLine({ status: STATUS[exitCode] ?? 'error', ...values, exit_code: exitCode })}\n`),
  };
}

/** `success: 3` as `nodes_success: 3`. */
function prefixed(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([status, count]) => [`nodes_${status}`, count]));
}
