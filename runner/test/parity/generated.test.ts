import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Engines, openEngines, setUp } from './engines.ts';
import { contractOf } from './generated/contract.ts';
import { table } from './generated/table.ts';

/** The same contracts in every run; PARITY_SEED makes others, and PARITY_RUNS another number of them. */
const seed = Number(process.env.PARITY_SEED ?? 2024);
const numRuns = Number(process.env.PARITY_RUNS ?? 2000);

let engines: Engines;
beforeAll(async () => {
  engines = await openEngines();
});
afterAll(() => engines.close());

const generated = table.chain(({ columns, setup }) => contractOf(columns).map((contract) => ({ setup, contract })));

it(`both engines say the same of ${numRuns} generated contracts`, { timeout: 600_000 }, async () => {
  const verdicts: string[] = [];
  const agree = fc.asyncProperty(generated, async ({ setup, contract }) => {
    await engines.db.transaction((tx) => setUp(tx, setup));
    const { said, soda } = await engines.compare({ contract, variables: {} });
    if (said.verdict !== soda || said.faults.length > 0) throw new Error(asCase(setup, contract, said.verdict, soda));
    verdicts.push(soda);
  });
  await fc.assert(agree, { numRuns, seed });

  // Contracts that the server refuses, or that have one outcome alone, would agree on little.
  const share = (word: string): number => verdicts.filter((verdict) => verdict.includes(word)).length / verdicts.length;
  expect(share('ERROR')).toBeLessThan(0.3);
  expect(['PASSED', 'FAILED', 'WARN', 'NOT_EVALUATED'].filter((outcome) => share(outcome) < 0.05)).toEqual([]);
});

/** Ready to be put among the cases written by hand. */
function asCase(setup: string, contract: string, ours: string, soda: string): string {
  const text = contract.slice(contract.indexOf('\n') + 1);
  return `\nours: ${ours}\nsoda: ${soda}\n\ncontract('…', \`${text}\`, '${soda}', { setup: \`${setup}\` }),\n`;
}
