import { hasSameName, withFaults } from './declaration-faults.ts';
import { type Declaration, declare, toCsv } from './declaration-row.ts';
import { ENDURANCE, OTHER_SPORTS } from './names.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

/** The thirteen months before the day that the sample is made for, 2026-11-24. */
const FIRST_DAY = '2025-10-24';
const LAST_DAY = '2026-11-23';
/** Within which fifteen activities give the wellness days. */
const WINDOW_FIRST_DAY = '2025-11-01';
const WINDOW_LAST_DAY = '2026-10-31';
/** How many declare, among those who told HR of a sport and among the others. */
const VERY_ACTIVE = { withSport: 15, without: 5 };
const OCCASIONAL = { withSport: 40, without: 20 };

/** The answers to the form, in the order in which they were sent. */
export function declarationsCsv(people: readonly Person[], random: Random): string {
  const declarants = random.shuffle(people.filter((person) => !hasHomonym(person, people)));
  const withSport = declarants.filter(({ sport }) => sport !== null);
  const without = declarants.filter(({ sport }) => sport === null);
  const veryActive = [...withSport.slice(0, VERY_ACTIVE.withSport), ...without.slice(0, VERY_ACTIVE.without)];
  const occasional = [
    ...withSport.slice(VERY_ACTIVE.withSport).slice(0, OCCASIONAL.withSport),
    ...without.slice(VERY_ACTIVE.without).slice(0, OCCASIONAL.without),
  ];
  const window = daysBetween(WINDOW_FIRST_DAY, WINDOW_LAST_DAY);
  const all = daysBetween(FIRST_DAY, LAST_DAY);
  const rows: Declaration[] = [
    ...veryActive.flatMap((person) => activities(person, random.shuffle(window).slice(0, random.int(17, 24)), random)),
    ...occasional.flatMap((person) => activities(person, random.shuffle(all).slice(0, random.int(2, 10)), random)),
  ];
  return toCsv(withFaults(rows, people, random).toSorted((left, right) => left.sentAt - right.sentAt));
}

/** Mostly one's own sport; at times another, and some declare without having told HR of any. */
function activities(person: Person, days: readonly string[], random: Random): readonly Declaration[] {
  const usual = person.sport ?? random.pick([...ENDURANCE, ...OTHER_SPORTS]);
  return days.map((day) =>
    declare(person, day, random.chance(0.87) ? usual : random.pick([...ENDURANCE, ...OTHER_SPORTS]), random),
  );
}

function hasHomonym(person: Person, people: readonly Person[]): boolean {
  return people.some((other) => other.id !== person.id && hasSameName(other, person));
}

function daysBetween(first: string, last: string): readonly string[] {
  const days: string[] = [];
  for (let time = Date.parse(first); time <= Date.parse(last); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  return days;
}
