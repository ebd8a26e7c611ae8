import type { WriteStream } from 'node:tty';
import type { Paint, Style } from './style.ts';

export interface LiveLine {
  readonly text: string;
  readonly style: Style;
}

/** Lines at the bottom of a terminal that are drawn over, while finished lines scroll away above them. */
export interface LiveArea {
  /** Writes text that stays. */
  print(text: string): void;
  /** What the live lines show from now on; asked again every 100 ms so that times go on. */
  show(lines: () => readonly LiveLine[]): void;
  close(): void;
}

const PERIOD = 100;
const [CLEAR_LINE, CLEAR_BELOW] = ['\x1b[K', '\x1b[J'];

/** Each change is one write that goes over what is there, so that nothing is ever blank in between. */
export function createLiveArea(stream: Pick<WriteStream, 'write' | 'columns' | 'rows'>, paint: Paint): LiveArea {
  let current: () => readonly LiveLine[] = () => [];
  let drawn: readonly LiveLine[] = [];
  let timer: NodeJS.Timeout | undefined;
  // A terminal that was made narrower since has broken the lines.
  const height = (): number =>
    drawn.reduce((rows, { text }) => rows + Math.max(1, Math.ceil(width(text) / columns(stream))), 0);
  const draw = (above: string): void => {
    const lines = current()
      .slice(0, Math.max(1, (stream.rows || 24) - 1))
      .map(({ text, style }) => ({ style, text: cut(text, columns(stream) - 1) }));
    if (above === '' && same(lines, drawn)) return;
    const up = height();
    const painted = lines.map(({ text, style }) => `${paint(style, text)}${CLEAR_LINE}\n`).join('');
    stream.write(`${up > 0 ? `\x1b[${up}A` : ''}${above}${painted}${up > 0 ? CLEAR_BELOW : ''}`);
    drawn = lines;
  };
  return {
    print: (text) => draw(`${text.replaceAll('\n', `${CLEAR_LINE}\n`)}${CLEAR_LINE}\n`),
    show(lines) {
      current = lines;
      timer ??= setInterval(() => draw(''), PERIOD).unref();
      draw('');
    },
    close() {
      clearInterval(timer);
      current = () => [];
      draw('');
    },
  };
}

function same(some: readonly LiveLine[], others: readonly LiveLine[]): boolean {
  return some.length === others.length && some.every(({ text }, index) => text === others[index]?.text);
}

function columns(stream: Pick<WriteStream, 'columns'>): number {
  return Math.max(2, stream.columns || 80);
}

function width(text: string): number {
  return [...text].length;
}

function cut(text: string, most: number): string {
  return width(text) > most ? `${[...text].slice(0, most - 1).join('')}…` : text;
}
