import type { TextResult } from '../adapters/types.ts';
import type { Reporter } from '../commands/types.ts';
import { eventLine, toObjects } from './json.ts';
import type { ReporterOptions } from './reporter.ts';

/**
 * Writes what happens as one JSON object a line, to stdout, or to stderr where stdout is kept for the answer
 * (`--output json`). What a person would see as text is an event too, so that every line of the stream reads as JSON.
 */
export function createJsonReporter({ output, quiet, stdout, stderr }: ReporterOptions): Reporter {
  const log = output === 'json' ? stderr : stdout;
  const write = (event: Parameters<typeof eventLine>[0]): void => void log.write(`${eventLine(event, new Date())}\n`);
  const say: typeof write = (event) => {
    if (!quiet) write(event);
  };
  const answer = (result: TextResult): void => {
    if (output === 'json') stdout.write(`${JSON.stringify(toObjects(result))}\n`);
    else write({ type: 'answer', rows: toObjects(result) });
  };
  return {
    emit(event) {
      if (event.type === 'faults' || event.type === 'timings') write(event);
      else say(event);
      // Where the event of the node is not said, its faults are.
      if (quiet && event.type === 'node_finished' && event.result.faults.length > 0)
        write({ type: 'faults', faults: event.result.faults });
    },
    faults: (faults) => write({ type: 'faults', faults }),
    line: (text) => say({ type: 'message', text: text.trim() }),
    text: (text) => write({ type: 'text', text }),
    flags: (flags) => write({ type: 'flags', flags }),
    // The counts stand in run_finished, the results in node_finished.
    summary: () => undefined,
    table: (title, result) => say({ type: 'table', title, rows: toObjects(result) }),
    answer,
    history: async (_histories, rows) => answer(rows),
    // Who reads the stream answers by options.
    confirm: async () => undefined,
    close: () => undefined,
  };
}
