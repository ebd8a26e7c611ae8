import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatePlace, gatePlace } from './processes.ts';

/** The issue asks for fifty out of fifty. */
const ROUNDS = 50;
let place: GatePlace;

beforeAll(async () => {
  place = await gatePlace();
  expect((await place.runner(['build'])).code).toBe(0);
});
afterAll(() => place?.close());

it(`of two runs at once one works and one exits 3, ${ROUNDS} times out of ${ROUNDS}`, {
  timeout: 600_000,
}, async () => {
  const [[before] = []] = await place.rows('select count(*) from log.run_log');
  for (let round = 0; round < ROUNDS; round += 1) {
    await place.closed(async (open) => {
      const pair = [place.start(['build', '--select', 'slow+']), place.start(['build', '--select', 'slow+'])];
      // Who has the target can't end before the gate opens: the one that ends first was refused.
      const first = await Promise.race(pair.map(({ ended }) => ended));
      expect(first).toMatchObject({ code: 3, stderr: expect.stringContaining('TARGET_LOCKED') });
      await open();
      const both = await Promise.all(pair.map(({ ended }) => ended));
      expect(both.map(({ code }) => code).sort()).toEqual([0, 3]);
    });
  }
  expect(await place.rows('select count(*) from log.run_log')).toEqual([[String(Number(before) + ROUNDS)]]);
});

it('a run that is refused is told who holds the target, since when, and how to wait', async () => {
  await place.closed(async (open) => {
    const run = place.start(['build', '--select', 'slow']);
    await place.waitAtGate();
    const { code, stderr } = await place.runner(['test']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /found: +runner build, run \d{8}T\d{6}-\w{6}, by \w+ at 127\.0\.0\.1, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, server process \d+/,
    );
    expect(stderr).toContain('--wait');
    await open();
    expect((await run.ended).code).toBe(0);
  });
});

it('with --wait it works when the other has ended, on what that one has published', async () => {
  await place.closed(async (open) => {
    const first = place.start(['build', '--select', 'slow+', 'first', '--full-refresh']);
    await place.waitAtGate();
    const second = place.start(['build', '--select', 'changed', '--wait=120']);
    await expect.poll(second.output, { timeout: 30_000 }).toMatch(/waiting for runner build, run .* of 120 s/);
    await open();
    expect((await first.ended).code).toBe(0);
    const { code, stdout } = await second.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing changed');
  });
});

it('with --wait and a time it gives up when that is over', async () => {
  await place.closed(async (open) => {
    const first = place.start(['build', '--select', 'slow']);
    await place.waitAtGate();
    const { code, stderr } = await place.runner(['build', '--wait', '1']);
    expect(code).toBe(3);
    expect(stderr).toContain('It was waited for 1 s');
    await open();
    expect((await first.ended).code).toBe(0);
    expect((await place.runner(['build', '--wait=soon'])).code).toBe(2);
  });
});
