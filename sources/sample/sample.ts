import { commutesCsv } from './commutes.ts';
import { declarationsCsv } from './declarations.ts';
import { makePeople } from './people.ts';
import { seededRandom } from './random.ts';
import { rhWorkbook, sportWorkbook } from './workbooks.ts';

const SEED = 20_261_124;

/** The files of the sample, by name: fictitious people, always the same bytes. */
export async function makeSample(): Promise<ReadonlyMap<string, Buffer>> {
  // A generator for each file, so that a change in one leaves the others as they are.
  const people = makePeople(seededRandom(SEED));
  return new Map([
    ['rh.xlsx', await rhWorkbook(people)],
    ['sport.xlsx', await sportWorkbook(people)],
    ['declarations.csv', Buffer.from(declarationsCsv(people, seededRandom(SEED + 1)))],
    ['trajets.csv', Buffer.from(commutesCsv(people, seededRandom(SEED + 2)))],
  ]);
}
