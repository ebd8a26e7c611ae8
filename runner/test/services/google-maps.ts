import { type Answer, type Received, type Service, startService } from './service.ts';

/** What Google knows of a way: its length in metres and seconds, or why there is none. */
export type Way = { readonly metres: number; readonly seconds: number } | { readonly status: string };

export interface GoogleMaps extends Service {
  readonly key: string;
  /** The elements that were answered, in order: `mode: origin → destination`. */
  readonly elements: readonly string[];
}

const PATH = '/maps/api/distancematrix/json';
const MODES = ['driving', 'walking', 'bicycling', 'transit'];
const [MAX_SIDE, MAX_ELEMENTS] = [25, 100];

/**
 * The Distance Matrix API as Google documents it: errors of the API have HTTP status 200 and a `status` of their own, and the
 * limits are 25 origins, 25 destinations and 100 elements a request.
 * @param wayOf an address that it does not know is `NOT_FOUND`
 */
export async function startGoogleMaps(
  wayOf: (origin: string, destination: string, mode: string) => Way | undefined,
): Promise<GoogleMaps> {
  // Of the length and letters of a real one, and with a mark that can be searched for.
  const key = 'AIzaMarkedMapsSecret-0123456789_abcdefg';
  const elements: string[] = [];
  const service = await startService((request) => answer(request, key, elements, wayOf));
  return { ...service, key, elements };
}

function answer(
  { method, path, query }: Received,
  key: string,
  elements: string[],
  wayOf: Parameters<typeof startGoogleMaps>[0],
): Answer {
  if (method !== 'GET' || path !== PATH) return { status: 404, body: '<!DOCTYPE html><title>Error 404</title>' };
  const given = query.get('key') ?? '';
  if (given === '') return refused('REQUEST_DENIED', 'You must use an API key to authenticate each request.');
  if (given !== key) return refused('REQUEST_DENIED', 'The provided API key is invalid.');
  const [origins, destinations] = [points(query.get('origins')), points(query.get('destinations'))];
  const mode = query.get('mode') ?? 'driving';
  if (origins.length === 0) return refused('INVALID_REQUEST', "Invalid request. Missing the 'origins' parameter.");
  if (destinations.length === 0) {
    return refused('INVALID_REQUEST', "Invalid request. Missing the 'destinations' parameter.");
  }
  if (!MODES.includes(mode)) return refused('INVALID_REQUEST', "Invalid request. Invalid 'mode' parameter.");
  if (origins.length > MAX_SIDE || destinations.length > MAX_SIDE) return refused('MAX_DIMENSIONS_EXCEEDED');
  if (origins.length * destinations.length > MAX_ELEMENTS) return refused('MAX_ELEMENTS_EXCEEDED');
  elements.push(...origins.flatMap((from) => destinations.map((to) => `${mode}: ${from} → ${to}`)));
  return {
    body: {
      destination_addresses: destinations,
      origin_addresses: origins,
      rows: origins.map((from) => ({ elements: destinations.map((to) => element(wayOf(from, to, mode))) })),
      status: 'OK',
    },
  };
}

/** `|` separates; an encoded polyline is as many points as it holds, two here. */
function points(text: string | null): readonly string[] {
  return (text ?? '').split('|').flatMap((point) => {
    if (point.startsWith('enc:')) return [point, point];
    return point.trim() === '' ? [] : [point];
  });
}

function element(way: Way | undefined): unknown {
  if (way === undefined) return { status: 'NOT_FOUND' };
  if ('status' in way) return { status: way.status };
  return {
    distance: { text: `${(way.metres / 1000).toFixed(1)} km`, value: way.metres },
    duration: { text: `${Math.round(way.seconds / 60)} mins`, value: way.seconds },
    status: 'OK',
  };
}

/** An answer of the API that holds no element. */
export function refused(status: string, error_message?: string): Answer {
  const message = error_message === undefined ? {} : { error_message };
  return { body: { destination_addresses: [], ...message, origin_addresses: [], rows: [], status } };
}
