import type { Loader, LoaderContext, RawRow, Request } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';
import { ownHeaders, type WantedHeader, wantedColumns } from '../shared/headers.ts';
import { type DistanceClient, type DistancePair, recordedClient } from './client.ts';

const COLUMNS = ownHeaders(['adresse', 'destination', 'mode', 'statut', 'distance_m', 'duree_sec', 'date_ctrl']);

/** The distance of each commute that is not known yet. Nothing is opened or called when there is nothing to ask. */
const load: Loader = async (context) => {
  const wanted = wantedColumns(context.columns, COLUMNS, context.source);
  const pairs = (context.requests ?? []).flatMap(toPair);
  if (pairs.length === 0) return { origin: 'nothing to ask', rows: [] };
  const { origin, client } = chooseClient(context);
  return { origin, rows: answerRows(client, pairs, wanted, context) };
};

export default load;

function toPair({ adresse, destination, mode }: Request): DistancePair[] {
  return adresse && destination && mode ? [{ adresse, destination, mode }] : [];
}

function chooseClient(context: LoaderContext): { readonly origin: string; readonly client: DistanceClient } {
  const recording = context.env('TRAJETS_CSV')?.trim();
  if (recording) return { origin: recording, client: recordedClient(context) };
  const hasKey = Boolean(context.env('GOOGLE_MAPS_API_KEY')?.trim());
  throw sourceFault(
    hasKey
      ? 'Google Maps is not asked yet: that comes with a later version.'
      : 'There is nowhere to get the distances from: TRAJETS_CSV is empty.',
    {
      code: hasKey ? 'GMAPS_LATER' : 'SOURCE_NOT_CONFIGURED',
      place: hasKey ? 'GOOGLE_MAPS_API_KEY' : 'TRAJETS_CSV',
      expected: 'TRAJETS_CSV, the path of a CSV of recorded answers',
      found: hasKey ? 'a key alone' : 'nothing',
      hint: 'Set TRAJETS_CSV; its columns are adresse,mode,statut,distance_m,duree_sec.',
    },
  );
}

async function* answerRows(
  client: DistanceClient,
  pairs: readonly DistancePair[],
  wanted: readonly WantedHeader[],
  { asOf, notice }: LoaderContext,
): AsyncGenerator<RawRow, void, undefined> {
  let number = 0;
  for await (const answer of client(pairs)) {
    number += 1;
    const row: Request = { ...answer, date_ctrl: asOf };
    yield { number, cells: wanted.map(({ column }) => row[column] ?? null) };
  }
  const missing = pairs.length - number;
  if (missing > 0) notice(`${missing} of ${pairs.length} commute(s) got no answer; they are asked again next time.`);
}
