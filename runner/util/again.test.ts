import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { unlessAborted } from './again.ts';

it('work that nobody waits for any more may fail unheard, also where the signal had come before', async () => {
  const unheard = vi.fn();
  process.on('unhandledRejection', unheard);
  const reason = new Error('told to end');
  const late = turn().then(() => Promise.reject(new Error('its stream is gone')));
  await expect(unlessAborted(late, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const later = unlessAborted(
    turn().then(() => Promise.reject(new Error('its stream is gone'))),
    controller.signal,
  );
  controller.abort(reason);
  await expect(later).rejects.toBe(reason);
  await turn();
  await turn();
  process.off('unhandledRejection', unheard);
  expect(unheard).not.toHaveBeenCalled();
});
