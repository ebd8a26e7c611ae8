import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES } from './cases/all.ts';
import { type Engines, openEngines, setUp } from './engines.ts';

let engines: Engines;
let standing = '';
beforeAll(async () => {
  engines = await openEngines();
});
afterAll(() => engines.close());

/** On committed tables, which are made anew only where they are other ones than those of the case before. */
describe.each(Object.entries(CASES))('both engines: %s', (_theme, cases) => {
  it.each(cases.map((example) => [example.title, example] as const))('%s', async (_title, example) => {
    if (example.setup !== standing) await engines.db.transaction((tx) => setUp(tx, example.setup));
    standing = example.setup;
    const { said, soda } = await engines.compare(example);
    expect({ ours: said.verdict, soda }).toEqual({ ours: example.says, soda: example.differs?.soda ?? example.says });
  });
});
