import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { listenForInterrupts } from './interrupt.ts';

/** Signals at their milliseconds; returns what was heard: `first` with the code it will have, or `exit`. */
function play(...presses: readonly (readonly [name: 'SIGINT' | 'SIGTERM', at: number])[]) {
  const source = new EventEmitter();
  const heard: string[] = [];
  let time = 0;
  const { signal, close } = listenForInterrupts({
    source: source as unknown as NodeJS.Process,
    now: () => time,
    onFirst: ({ exitCode }) => heard.push(`first ${exitCode}`),
    exit: (code) => heard.push(`exit ${code}`),
  });
  for (const [name, at] of presses) {
    time = at;
    source.emit(name, name);
  }
  close();
  return { heard, signal, listeners: source.listenerCount('SIGINT') + source.listenerCount('SIGTERM') };
}

it('the first signal cancels, with the exit code that a shell gives it', () => {
  expect(play(['SIGINT', 0]).heard).toEqual(['first 130']);
  const { heard, signal } = play(['SIGTERM', 0]);
  expect(heard).toEqual(['first 143']);
  expect(signal.reason).toMatchObject({ exitCode: 143, faults: [{ code: 'CANCELLED' }] });
});

it('a command that was not told to end leaves no listener', () => {
  expect(play().listeners).toBe(0);
});

it('Ctrl-C that npm passes on once more is one key press, not impatience', () => {
  expect(play(['SIGINT', 0], ['SIGINT', 3], ['SIGINT', 900]).heard).toEqual(['first 130']);
});

it('a second press ends the command at once', () => {
  expect(play(['SIGINT', 0], ['SIGINT', 3], ['SIGINT', 1_500]).heard).toEqual(['first 130', 'exit 130']);
});

it.each(['before', 'after'])(
  'work that does not end is not waited for when the signal came %s it began',
  async (when) => {
    const source = new EventEmitter();
    const { signal, endsSoon, close } = listenForInterrupts({
      source: source as unknown as NodeJS.Process,
      onFirst: () => undefined,
      exit: () => undefined,
      grace: 1,
    });
    if (when === 'before') source.emit('SIGINT', 'SIGINT');
    const ending = endsSoon(new Promise(() => undefined));
    if (when === 'after') source.emit('SIGINT', 'SIGINT');
    await expect(ending).rejects.toMatchObject({ faults: [{ code: 'CANCELLED' }] });
    expect(signal.aborted).toBe(true);
    close();
  },
);
