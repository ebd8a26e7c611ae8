import { isDeepStrictEqual } from 'node:util';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { csvRows } from '../shared/csv.ts';
import { openCsv } from '../shared/csv-input.ts';
import { sourceFault } from '../shared/fault.ts';
import { ownHeaders } from '../shared/headers.ts';
import { type Distance, type DistanceClient, MODES } from './types.ts';

const COLUMNS = ownHeaders(['adresse', 'mode', 'statut', 'distance_m', 'duree_sec']);

/** Answers recorded in a CSV (`TRAJETS_CSV`), whose distances are all to the company. */
export function recordedClient(context: LoaderContext): DistanceClient {
  return async (pairs) => {
    const recording = await readRecording(context);
    const answers = pairs.flatMap((pair) => {
      const recorded = recording.get(key(pair.adresse, pair.mode));
      return recorded === undefined ? [] : [{ ...pair, ...recorded.distance }];
    });
    return { answers, faults: [] };
  };
}

/** How many answers are recorded. */
export async function countRecorded(context: LoaderContext): Promise<number> {
  return (await readRecording(context)).size;
}

interface Recorded {
  readonly number: number;
  readonly distance: Distance;
}

async function readRecording(context: LoaderContext): Promise<ReadonlyMap<string, Recorded>> {
  const input = await openCsv(context, 'TRAJETS_CSV');
  const recording = new Map<string, Recorded>();
  for (const { number, cells } of csvRows(input, COLUMNS, context.notice)) {
    const [adresse = '', mode = '', statut = '', metres = '', seconds = ''] = cells.map((cell) => cell?.trim() ?? '');
    const place = `${input.place}, row ${number}`;
    if (adresse === '') throw badCell(place, 'adresse', 'an address', '');
    if (!MODES.includes(mode)) throw badCell(place, 'mode', MODES.join(', '), mode);
    if (statut === '') throw badCell(place, 'statut', 'OK, or why there is no distance', '');
    const isOk = statut === 'OK';
    const distance = {
      statut,
      distance_m: isOk ? count(metres, place, 'distance_m') : null,
      duree_sec: isOk ? count(seconds, place, 'duree_sec') : null,
    };
    const former = recording.get(key(adresse, mode));
    if (former === undefined) recording.set(key(adresse, mode), { number, distance });
    else if (!isDeepStrictEqual(former.distance, distance)) throw conflict(input.place, former.number, number);
  }
  return recording;
}

function key(adresse: string, mode: string): string {
  return `${mode}\n${adresse.trim()}`;
}

/** A whole number, zero or more, without leading zeros. */
function count(text: string, place: string, column: string): string {
  if (/^\d{1,9}$/.test(text)) return String(Number(text));
  throw badCell(place, column, 'a whole number, zero or more, since statut is OK', text);
}

function badCell(place: string, column: string, expected: string, found: string): Error {
  return sourceFault(`A recorded commute has a wrong ${column}.`, {
    code: 'TRAJETS_CELL_INVALID',
    place: `${place}, column "${column}"`,
    expected,
    found: found.slice(0, 40) || 'nothing',
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
