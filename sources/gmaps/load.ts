import type { Check, Loader, LoaderContext, Request } from '../../runner/landing/types.ts';
import { shortList, sourceFault } from '../shared/fault.ts';
import { ownHeaders, wantedColumns } from '../shared/headers.ts';
import { type Patience, patienceOf } from '../shared/patience.ts';
import { checkKey, googleClient, rootOf } from './google.ts';
import { countRecorded, recordedClient } from './recorded.ts';
import type { DistanceClient, DistancePair, Fault } from './types.ts';

const COLUMNS = ownHeaders(['adresse', 'destination', 'mode', 'statut', 'distance_m', 'duree_sec', 'date_ctrl']);

/**
 * The distance of each commute that is not known yet. Nothing is opened or called when there is nothing to ask. All is
 * asked before the first row is given: no transaction waits for a service.
 */
export function commuteLoader(patience?: Patience): Loader {
  return async (context) => {
    const wanted = wantedColumns(context.columns, COLUMNS, context.source);
    const pairs = (context.requests ?? []).flatMap(toPair);
    if (pairs.length === 0) return { origin: 'nothing to ask', rows: [] };
    const { origin, client } = chooseClient(context, patience ?? patienceOf(context));
    const { answers, faults } = await client(pairs);
    const missing = pairs.length - answers.length;
    const [fault] = faults;
    if (fault && answers.length === 0) throw fault;
    if (missing > 0 && !fault && !context.dryRun) {
      context.notice(`${missing} of ${pairs.length} commute(s) got no answer; they are asked again next time.`);
    }
    const rows = answers.map((answer, index) => {
      const row: Request = { ...answer, date_ctrl: context.asOf };
      return { number: index + 1, cells: wanted.map(({ column }) => row[column] ?? null) };
    });
    return { origin, rows, shortfall: () => fault && shortfallOf(fault, faults, `${missing} of ${pairs.length}`) };
  };
}

export default commuteLoader();

/** What answers: recorded commutes, as many as there are, or Google, whether it takes the key. */
export const check: Check = async (context) => {
  const recording = recordingOf(context);
  if (recording !== undefined) return `${await countRecorded(context)} recorded commute(s)`;
  const key = keyOf(context);
  if (key === undefined) throw notConfigured();
  await checkKey(context, key, patienceOf(context));
  return 'the key is accepted';
};

function toPair({ adresse, destination, mode }: Request): DistancePair[] {
  return adresse && destination && mode ? [{ adresse, destination, mode }] : [];
}

function chooseClient(
  context: LoaderContext,
  patience: Patience,
): { readonly origin: string; readonly client: DistanceClient } {
  const recording = recordingOf(context);
  if (recording !== undefined) return { origin: recording, client: recordedClient(context) };
  const key = keyOf(context);
  if (key === undefined) throw notConfigured();
  return { origin: new URL(rootOf(context)).host, client: googleClient(context, key, patience) };
}

function recordingOf(context: LoaderContext): string | undefined {
  return context.env('TRAJETS_CSV')?.trim() || undefined;
}

function keyOf(context: LoaderContext): string | undefined {
  return context.env('GOOGLE_MAPS_API_KEY')?.trim() || undefined;
}

function notConfigured(): Error {
  return sourceFault('There is nowhere to get the distances from: no key of Google Maps, and no recorded commutes.', {
    code: 'SOURCE_NOT_CONFIGURED',
    place: 'GOOGLE_MAPS_API_KEY',
    expected: 'GOOGLE_MAPS_API_KEY, or TRAJETS_CSV, the path of a CSV of recorded answers',
    found: 'neither',
    hint: 'Set one of them in .env; the columns of the CSV are adresse,mode,statut,distance_m,duree_sec.',
  });
}

function shortfallOf(fault: Fault, faults: readonly Fault[], part: string): Error {
  const reasons = shortList([...new Set(faults.map(({ message }) => message))], 3);
  return sourceFault(`${part} commutes got no answer: ${reasons}`, {
    ...fault,
    hint: `${fault.hint ?? ''} What came is kept, and the next run asks for the rest only.`.trim(),
  });
}
