import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../sources/sample/random.ts';
import { seedOfRun } from './crash/rounds.ts';
import { type LettersPlace, lettersPlace } from './letters.ts';
import { startRunner } from './processes.ts';
import type { Misfortune } from './services/service.ts';

/** `RUNNER_KILL_SEED` repeats the choices; the machine's own timing nothing can repeat. */
const seed = seedOfRun();
const random = seededRandom(seed);
const MESSAGES = 1_000;
/** Runs that are killed, at the most. */
const KILLS = 12;

let place: LettersPlace;
beforeAll(async () => {
  place = await lettersPlace(['pace: 0ms', 'timeout: 250ms']);
  expect((await place.runner(['pipeline'], { NEWS_HOOK: '' })).code).toBe(0);
});
afterAll(() => place?.close());

/** What the next request meets with: mostly nothing. */
function misfortune(): Misfortune {
  const chance = random.float(0, 1);
  if (chance < 0.005) return { status: 429, headers: { 'retry-after': '1' }, body: 'rate_limited' };
  if (chance < 0.05) return { status: 500 };
  if (chance < 0.07) return 'hang';
  if (chance < 0.11) return 'reset';
  if (chance < 0.15) return 'answer then reset';
  return { slow: random.chance(0.01) ? 300 : 0 };
}

it(`${MESSAGES} messages under faults of the service and kills of the runner: none is lost, none overtaken, and each double is counted (seed ${seed})`, async () => {
  const texts = Array.from({ length: MESSAGES }, (_, index) => `message ${index}`);
  await place.publish(texts.map((text, index) => [index, '2026-01-01', text]));
  place.slack.fail(Array.from({ length: 4 * MESSAGES }, misfortune));
  const posted = (): readonly string[] => place.slack.posted(place.slack.webhook);
  let [kills, stops] = [0, 0];
  for (;;) {
    const asked = place.slack.requests.length;
    const run = startRunner(place, ['notify', '--wait=30']);
    let isOver = false;
    const ended = run.ended.finally(() => {
      isOver = true;
    });
    if (kills < KILLS) {
      const target = asked + random.int(0, 100);
      if (random.chance(0.15)) await sleep(random.float(0, 400));
      else while (!isOver && place.slack.requests.length < target) await sleep(random.float(0, 5));
      if (!isOver) run.kill('SIGKILL');
    }
    const { code, stdout, stderr } = await ended;
    if (code === 0) break;
    expect([1, 137], `${stdout}\n${stderr}`).toContain(code);
    if (code === 137) kills += 1;
    else stops += 1;
    expect(stops, stderr).toBeLessThan(200);
  }
  const arrivals = new Map(texts.map((text) => [text, 0]));
  for (const text of posted()) arrivals.set(text, (arrivals.get(text) ?? 0) + 1);
  const outbox = new Map(
    (await place.outbox()).map(([key, status, , uncertain]) => [
      `message ${key}`,
      { status, uncertain: Number(uncertain) },
    ]),
  );
  expect([...outbox.values()].filter(({ status }) => status !== 'sent')).toEqual([]);
  expect(outbox.size).toBe(MESSAGES);
  expect([...new Set(posted())]).toEqual(texts);
  const doubles = [...arrivals].filter(([, count]) => count > 1);
  expect(doubles.filter(([text, count]) => count - 1 > (outbox.get(text)?.uncertain ?? 0))).toEqual([]);
  // The storm was one.
  expect(doubles.length).toBeGreaterThan(20);
  expect(kills).toBeGreaterThan(KILLS / 2);
}, 600_000);
