import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from './confirm.ts';

function ask(answer: string, isTTY = true): Promise<boolean | undefined> {
  const input = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream;
  const output = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
  (input as unknown as PassThrough).write(`${answer}\n`);
  return confirm('Drop 2 relations?', input, output);
}

describe('a question', () => {
  it.each([
    ['y', true],
    ['Yes', true],
    ['', false],
    ['n', false],
    ['yesterday', false],
  ])('answered with "%s" counts as %s', async (answer, expected) => {
    expect(await ask(answer)).toBe(expected);
  });

  it('is not asked where there is no terminal', async () => {
    expect(await ask('y', false)).toBeUndefined();
  });
});
