import { PassThrough } from 'node:stream';
import type { TextResult } from '../adapters/types.ts';
import type { Reporter } from '../commands/types.ts';
import type { NodeResult } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import { createReporter, type ReporterOptions } from './reporter.ts';

export interface Opened {
  readonly reporter: Reporter;
  readonly stdout: NodeJS.WritableStream;
  /** What stdout and stderr have got so far. */
  read(): { readonly stdout: string; readonly stderr: string };
}

export interface Streams {
  /** Columns of the terminal that a stream is; none for a pipe. */
  readonly stdout?: number;
  readonly stderr?: number;
}

/** A reporter that writes into memory. */
export async function openReporter(options: Partial<ReporterOptions> = {}, terminals: Streams = {}): Promise<Opened> {
  const open = (columns: number | undefined): PassThrough =>
    Object.assign(
      new PassThrough({ encoding: 'utf8' }),
      columns === undefined ? {} : { isTTY: true, columns, rows: 24 },
    );
  const [stdout, stderr] = [open(terminals.stdout), open(terminals.stderr)];
  const reporter = await createReporter({
    output: 'text',
    logFormat: 'text',
    quiet: false,
    env: { NO_COLOR: '1' },
    ...options,
    stdout: stdout as never,
    stderr: stderr as never,
  });
  const taken = { stdout: '', stderr: '' };
  return {
    reporter,
    stdout,
    read() {
      taken.stdout += (stdout.read() as string | null) ?? '';
      taken.stderr += (stderr.read() as string | null) ?? '';
      return { ...taken };
    },
  };
}

export function table(name: string): Node {
  const relation = { schema: 'marts', name };
  return { id: `model.shop.${name}`, name, type: 'model', materialized: 'table', relation } as Node;
}

export function ended(node: Node, fields: Partial<NodeResult> = {}): NodeResult {
  return {
    node,
    status: 'success',
    rows: 2,
    changed: 2,
    message: null,
    faults: [],
    contract: null,
    startedAt: new Date(0),
    finishedAt: new Date(1500),
    ...fields,
  };
}

export const ONE_ROW: TextResult = { columns: [{ name: 'a', type: 23 }], rows: [['1']], rowCount: 1 };

/**
 * The lines that a terminal shows after the text. It knows "up n lines", "erase to the end of the line", "erase all
 * below" and a line that is longer than the screen is wide.
 */
export function screen(text: string, columns: number): readonly string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal obeys
  for (const [part, count, command] of text.matchAll(/\u001b\[(\d*)([A-Z])|[\s\S]/gu)) {
    if (command === 'A') row = Math.max(0, row - Number(count));
    else if (command === 'K') lines[row] = [...(lines[row] ?? '')].slice(0, column).join('');
    else if (command === 'J') lines.splice(row, lines.length, [...(lines[row] ?? '')].slice(0, column).join(''));
    else if (part === '\n') [row, column] = [row + 1, 0];
    else {
      if (column === columns) [row, column] = [row + 1, 0];
      const line = [...(lines[row] ?? '')];
      line[column] = part;
      lines[row] = line.join('');
      column += 1;
    }
    while (lines.length <= row) lines.push('');
  }
  return lines;
}
