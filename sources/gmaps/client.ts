import type { LoaderContext } from '../../runner/landing/types.ts';
import { fileBytes, scanBytes } from '../shared/bytes.ts';
import { csvRows } from '../shared/csv.ts';
import { sourceFault } from '../shared/fault.ts';
import { inputFile } from '../shared/file.ts';

/** The modes of travel, under Google's names. */
const MODES: readonly string[] = ['walking', 'bicycling', 'transit', 'driving'];
const COLUMNS = ['adresse', 'mode', 'statut', 'distance_m', 'duree_sec'] as const;

export interface DistancePair {
  readonly adresse: string;
  readonly destination: string;
  readonly mode: string;
}

export interface DistanceAnswer {
  readonly pair: DistancePair;
  /** `OK`, or why there is no distance, in Google's words: `NOT_FOUND`, `ZERO_RESULTS`. */
  readonly statut: string;
  /** Metres; `null` unless the status is `OK`. */
  readonly distanceM: string | null;
  /** Seconds; `null` unless the status is `OK`. */
  readonly dureeSec: string | null;
}

/** Asks for distances. A pair that gets no answer is left out: it is asked again by the next run. */
export type DistanceClient = (pairs: readonly DistancePair[]) => AsyncIterable<DistanceAnswer>;

/** Answers recorded in a CSV (`TRAJETS_CSV`), whose distances are all to the company. */
export function recordedClient(context: LoaderContext): DistanceClient {
  return async function* (pairs) {
    const recording = await readRecording(context);
    for (const pair of pairs) {
      const answer = recording.get(key(pair.adresse, pair.mode));
      if (answer === undefined) continue;
      const { statut, distanceM, dureeSec } = answer;
      yield { pair, statut, distanceM, dureeSec };
    }
  };
}

interface Recorded extends Omit<DistanceAnswer, 'pair'> {
  readonly row: number;
}

async function readRecording(context: LoaderContext): Promise<ReadonlyMap<string, Recorded>> {
  const file = await inputFile(context, 'TRAJETS_CSV');
  const source = fileBytes(file);
  const wanted = COLUMNS.map((column) => ({ column, header: column }));
  const recording = new Map<string, Recorded>();
  for await (const { number, cells } of csvRows(source, await scanBytes(source), wanted, context.notice)) {
    const [adresse, mode, statut, distance, duree] = cells.map((cell) => cell?.trim() ?? '');
    const place = `${file.place}, row ${number}`;
    if (!adresse) throw badCell(place, 'adresse', 'an address', 'nothing');
    if (!mode || !MODES.includes(mode)) throw badCell(place, 'mode', MODES.join(', '), mode || 'nothing');
    if (!statut) throw badCell(place, 'statut', 'OK, or why there is no distance', 'nothing');
    const isOk = statut === 'OK';
    const answer: Recorded = {
      row: number,
      statut,
      distanceM: isOk ? count(distance, place, 'distance_m') : null,
      dureeSec: isOk ? count(duree, place, 'duree_sec') : null,
    };
    const former = recording.get(key(adresse, mode));
    if (former !== undefined && !isSame(former, answer)) throw conflict(file.place, former.row, number);
    recording.set(key(adresse, mode), former ?? answer);
  }
  return recording;
}

function key(adresse: string, mode: string): string {
  return `${mode}\n${adresse.trim()}`;
}

/** A whole number, zero or more, without what a spreadsheet may put before or after it. */
function count(text: string | undefined, place: string, column: string): string {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return String(Number(text));
  throw badCell(place, column, 'a whole number, zero or more, since statut is OK', text || 'nothing');
}

function isSame(left: Recorded, right: Recorded): boolean {
  return left.statut === right.statut && left.distanceM === right.distanceM && left.dureeSec === right.dureeSec;
}

function badCell(place: string, column: string, expected: string, found: string): Error {
  return sourceFault(`A recorded commute has a wrong ${column}.`, {
    code: 'TRAJETS_CELL_INVALID',
    place: `${place}, column "${column}"`,
    expected,
    found: found.slice(0, 40),
    hint: 'Correct or remove the row.',
  });
}

/** Rows, not the address: it is someone's home. */
function conflict(place: string, first: number, second: number): Error {
  return sourceFault(`Two recorded commutes disagree: rows ${first} and ${second}.`, {
    code: 'TRAJETS_CONFLICT',
    place: `${place}, rows ${first} and ${second}`,
    expected: 'one answer for an address and a mode',
    found: 'two that differ',
    hint: 'Remove the wrong one.',
  });
}
