/** One place of a pattern: a test of one character, or any number of them. */
type Place = ((character: string) => boolean) | 'any number';

/**
 * `*`, `?`, `[abc]`, `[a-z]` and `[!abc]` as in a shell, over the whole text and in its case. Any text is a pattern: a
 * bracket that nothing closes stands for itself, a range that runs backwards holds nothing.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const places = placesOf([...pattern]);
  return (text) => matches(places, [...text]);
}

export function isWildcard(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * The same over a path, folder by folder: `*` stays within one, `**` stands for any number of them. A pattern that ends
 * at a folder matches all below it; `.` or nothing matches every path.
 */
export function pathWildcard(pattern: string): (path: string) => boolean {
  const steps = pattern
    .replaceAll('\\', '/')
    .split('/')
    .filter((step, index, all) => step !== '' && step !== '.' && !(step === '**' && all[index - 1] === '**'))
    .map((step) => (step === '**' ? step : wildcard(step)));
  return (path) => leads(steps, path.split('/'));
}

function leads(steps: readonly ('**' | ((text: string) => boolean))[], path: readonly string[]): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  const [folder, ...below] = path;
  if (step === '**') return leads(rest, path) || (folder !== undefined && leads(steps, below));
  return folder !== undefined && step(folder) && leads(rest, below);
}

function placesOf(characters: readonly string[]): readonly Place[] {
  const places: Place[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    // The first of a bracket's characters may itself be `]`.
    const inside = at + (characters[at + 1] === '!' ? 2 : 1);
    const end = character === '[' ? characters.indexOf(']', inside + 1) : -1;
    if (end > 0) {
      places.push(oneOf(characters.slice(inside, end), characters[at + 1] === '!'));
      at = end;
    } else if (character !== '*') places.push(character === '?' ? () => true : (other) => other === character);
    else if (places.at(-1) !== 'any number') places.push('any number');
  }
  return places;
}

function oneOf(members: readonly string[], negated: boolean): (character: string) => boolean {
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] as string;
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([from, isRange ? (members[at + 2] as string) : from]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== negated;
}

/** Goes back to the last `*` alone, so that no pattern takes long. */
function matches(places: readonly Place[], text: readonly string[]): boolean {
  let [place, at] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < text.length) {
    const test = places[place];
    if (test === 'any number') {
      [star, starAt] = [place, at];
      place += 1;
    } else if (test?.(text[at] as string)) {
      place += 1;
      at += 1;
    } else if (star >= 0) {
      starAt += 1;
      [place, at] = [star + 1, starAt];
    } else return false;
  }
  return places.slice(place).every((rest) => rest === 'any number');
}
