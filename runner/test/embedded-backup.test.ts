import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, type Workplace, workplace } from './cli.ts';
import { commandsOf, type } from './operator.ts';

let shop: Workplace;
const DAY = '2026-03-10';
const operator = (commands: string): Promise<string> =>
  type(shop.dir, commands, DAY, { BACKUP: join(shop.dir, 'backup'), ORDERS: 'sources/orders.txt' });

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts);
  mkdirSync(join(shop.dir, 'backup'));
});
afterAll(async () => {
  await shop?.runner(['clean', '--data'], { PGHOST: '' });
  await shop?.close();
});

it('the data of the embedded server, copied as docs/operations.md says, is a backup that a run goes on from', async () => {
  const revenue = 'npx runner show revenue --output json';
  await operator('npx runner pipeline');
  const before = await operator(revenue);
  await operator(commandsOf('Embedded or real server'));
  await operator(
    'npx runner build --vars currency=USD --select rate && npx runner db stop && rm -r .data && cp -a "$BACKUP/data" .data',
  );
  expect(await operator('npx runner pipeline')).toContain('Nothing changed');
  expect(await operator(revenue)).toBe(before);
});
