/** What somebody knows: a sum of salaries, by whose salaries it adds up. */
export type Sum = readonly string[];

type Row = readonly bigint[];

/** What follows from sums, be it by any adding and subtracting. */
export interface Attack {
  /** Whose salary can be computed. */
  readonly salaries: readonly string[];
  /** Who can compute somebody else's, knowing their own; those of `salaries` are none of them. */
  readonly pairs: readonly (readonly [string, string])[];
}

/**
 * Another way than the one that guards: by the changes of salaries that no sum shows (the kernel of the equations, exact in whole
 * numbers). A salary can be computed when none of these changes it; with another's when all change both in one proportion.
 */
export function attackOn(sums: readonly Sum[]): Attack {
  const people = [...new Set(sums.flat())].sort();
  const kernel = unseenChanges(
    sums.map((sum) => people.map((person) => (sum.includes(person) ? 1n : 0n))),
    people.length,
  );
  const moves = new Map(people.map((person, index) => [person, kernel.map((change) => change[index] ?? 0n)]));
  const salaries = people.filter((person) => moves.get(person)?.every((move) => move === 0n));
  const open = people.filter((person) => !salaries.includes(person));
  const pairs = open.flatMap((one, index) =>
    open.slice(index + 1).flatMap((other): readonly (readonly [string, string])[] => {
      return isProportional(moves.get(one) ?? [], moves.get(other) ?? []) ? [[one, other]] : [];
    }),
  );
  return { salaries, pairs };
}

/** Whose salary can be computed. */
export function salariesIn(sums: readonly Sum[]): readonly string[] {
  return attackOn(sums).salaries;
}

function isProportional(one: Row, other: Row): boolean {
  const at = one.findIndex((move) => move !== 0n);
  return one.every((move, index) => move * (other[at] ?? 0n) === (one[at] ?? 0n) * (other[index] ?? 0n));
}

/** A basis of the vectors that all equations take to 0: each equation mends the changes so far, and takes one of them. */
function unseenChanges(equations: readonly Row[], width: number): readonly Row[] {
  const unit = (at: number): Row => Array.from({ length: width }, (_, index) => (index === at ? 1n : 0n));
  let changes: readonly Row[] = Array.from({ length: width }, (_, index) => unit(index));
  for (const equation of equations) {
    const shown = (change: Row): bigint =>
      change.reduce((sum, move, index) => sum + move * (equation[index] ?? 0n), 0n);
    const seen = changes.find((change) => shown(change) !== 0n);
    if (!seen) continue;
    const by = shown(seen);
    changes = changes
      .filter((change) => change !== seen)
      .map((change) => {
        const amount = shown(change);
        return amount === 0n ? change : reduced(change.map((move, index) => move * by - (seen[index] ?? 0n) * amount));
      });
  }
  return changes;
}

/** Divided by what all have in common, so that numbers stay small. */
function reduced(row: Row): Row {
  const common = row.reduce((one, other) => gcd(one, other), 0n);
  return common > 1n ? row.map((move) => move / common) : row;
}

function gcd(one: bigint, other: bigint): bigint {
  let [a, b] = [one < 0n ? -one : one, other < 0n ? -other : other];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
