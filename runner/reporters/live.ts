import type { WriteStream } from 'node:tty';

/** Lines at the bottom of a terminal that are drawn over, while finished lines scroll away above them. */
export interface LiveArea {
  /** Writes a line that stays. */
  print(text: string): void;
  /** What the live lines show from now on; called again every 100 ms so that times go on. */
  show(lines: () => readonly string[]): void;
  close(): void;
}

export function createLiveArea(stream: WriteStream): LiveArea {
  let current: () => readonly string[] = () => [];
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = (): void => {
    const lines = current().map((line) => [...line].slice(0, Math.max(10, stream.columns - 1)).join(''));
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(() => {
    erase();
    draw();
  }, 100);
  timer.unref();
  return {
    print(text) {
      erase();
      stream.write(`${text}\n`);
      draw();
    },
    show(lines) {
      current = lines;
      erase();
      draw();
    },
    close() {
      clearInterval(timer);
      current = () => [];
      erase();
    },
  };
}
