import type { DistancePair } from './types.ts';

/** What the API takes in one request is 25 origins, or a URL of 8,192 characters as proxies have it. */
const MAX_ORIGINS = 25;
const MAX_CHARACTERS = 8_000;
/** Room for the address of the service, the key and the names of the parameters. */
const FRAME = 400;

/** One request: the ways of one mode to one destination, so that no element is asked that nobody wants. */
export interface Batch {
  readonly mode: string;
  readonly destination: string;
  readonly pairs: readonly DistancePair[];
}

/**
 * Pairs by mode and destination, in requests as large as one may be.
 * @returns aside, those that no request can ask: without a letter or digit, or longer than a URL
 */
export function toBatches(pairs: readonly DistancePair[]): {
  readonly batches: readonly Batch[];
  readonly unaskable: readonly DistancePair[];
} {
  const groups = new Map<string, DistancePair[]>();
  for (const pair of pairs.filter(isAskable)) {
    const name = `${pair.mode}\n${pair.destination}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [pair]);
    else group.push(pair);
  }
  return {
    batches: [...groups.values()].flatMap(splitGroup),
    unaskable: pairs.filter((pair) => !isAskable(pair)),
  };
}

/** Both halves of a batch that was too large, or that holds something invalid. */
export function halves(batch: Batch): readonly [Batch, Batch] {
  const middle = Math.ceil(batch.pairs.length / 2);
  return [
    { ...batch, pairs: batch.pairs.slice(0, middle) },
    { ...batch, pairs: batch.pairs.slice(middle) },
  ];
}

/**
 * An address as the API takes it for one place: `|` would make two of it, and `enc:` a list of coordinates; the answers
 * would be given to other people's homes.
 */
export function placeOf(address: string): string {
  return address
    .replace(/[\s|]+/g, ' ')
    .trim()
    .replace(/^(\w+)\s*:/, '$1 ');
}

function isAskable({ adresse, destination }: DistancePair): boolean {
  const places = [adresse, destination].map(placeOf);
  const length = places.reduce((sum, place) => sum + encodedLength(place), FRAME);
  return places.every((place) => /[\p{L}\p{N}]/u.test(place)) && length <= MAX_CHARACTERS;
}

function splitGroup(pairs: readonly DistancePair[]): readonly Batch[] {
  const batches: DistancePair[][] = [];
  let length = 0;
  for (const pair of pairs) {
    const own = encodedLength(placeOf(pair.adresse));
    const last = batches.at(-1);
    if (last === undefined || last.length === MAX_ORIGINS || length + own > MAX_CHARACTERS) {
      batches.push([pair]);
      length = FRAME + encodedLength(placeOf(pair.destination)) + own;
    } else {
      last.push(pair);
      length += own;
    }
  }
  return batches.map((own) => ({ mode: own[0]?.mode ?? '', destination: own[0]?.destination ?? '', pairs: own }));
}

/** In a URL, with the separator. */
function encodedLength(place: string): number {
  return encodeURIComponent(place).length + 2 * (place.match(/[!'()*]/g)?.length ?? 0) + 3;
}
