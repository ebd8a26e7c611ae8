/** What somebody knows: a sum of salaries, by whose salaries it adds up. */
export type Sum = readonly string[];

/** A prime of which the square is still a safe integer: whole numbers modulo it stand for fractions, and nothing is rounded. */
const PRIME = 67_108_859;

/**
 * The persons whose salary can be computed from sums by adding and subtracting them, each as often as one likes.
 * By linear algebra: those whose unit vector is in the row space, hence a row of the reduced echelon form.
 */
export function salariesIn(sums: readonly Sum[]): readonly string[] {
  const people = [...new Set(sums.flat())].sort();
  const column = new Map(people.map((person, index) => [person, index]));
  const echelon = new Map<number, number[]>();
  for (const members of new Set(sums.map((sum) => [...sum].sort().join(' ')))) {
    const row = new Array<number>(people.length).fill(0);
    for (const person of members.split(' ')) row[column.get(person) ?? -1] = 1;
    for (const [pivot, other] of echelon) subtract(row, other, row[pivot] ?? 0);
    const pivot = row.findIndex((value) => value !== 0);
    if (pivot < 0) continue;
    scale(row, inverse(row[pivot] ?? 1));
    for (const other of echelon.values()) subtract(other, row, other[pivot] ?? 0);
    echelon.set(pivot, row);
  }
  const alone = [...echelon].filter(([, row]) => row.filter((value) => value !== 0).length === 1);
  return alone.map(([pivot]) => people[pivot] ?? '').sort();
}

function subtract(row: number[], other: readonly number[], times: number): void {
  if (times === 0) return;
  for (const [index, value] of other.entries()) row[index] = mod((row[index] ?? 0) - times * value);
}

function scale(row: number[], times: number): void {
  for (const [index, value] of row.entries()) row[index] = mod(value * times);
}

/** By Fermat: a number to the power of the prime less two. */
function inverse(number: number): number {
  let [result, base] = [1, number];
  for (let power = PRIME - 2; power > 0; power = Math.floor(power / 2)) {
    if (power % 2 === 1) result = mod(result * base);
    base = mod(base * base);
  }
  return result;
}

function mod(number: number): number {
  return ((number % PRIME) + PRIME) % PRIME;
}
