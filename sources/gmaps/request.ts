import type { TravelMode } from '@googlemaps/google-maps-services-js';
import { Passing, passes, retryAfter } from '../shared/patience.ts';
import { faultsAt, type GoogleFaults } from './faults.ts';
import type { Distance, Fault } from './types.ts';

/** Statuses of a way that are an answer: asked again, it would be the same. */
const SETTLED: readonly unknown[] = ['NOT_FOUND', 'ZERO_RESULTS', 'MAX_ROUTE_LENGTH_EXCEEDED'];

/**
 * What a request came to. `distances`: one for each origin, in their order, `undefined` or left out where there is none to
 * be had, and then why. `too large`, `invalid`: nothing was looked up, because of their number or because of one among them.
 * `refused`: every further request would be too.
 */
export type Reply =
  | { readonly type: 'distances'; readonly distances: readonly (Distance | undefined)[]; readonly fault?: Fault }
  | { readonly type: 'too large' | 'invalid' }
  | { readonly type: 'refused'; readonly fault: Fault };

/**
 * One attempt at a request.
 * @throws a fault of the service that every request would meet with, within a Passing when it may pass
 */
export type Ask = (
  origins: readonly string[],
  destination: string,
  mode: string,
  signal: AbortSignal,
) => Promise<Reply>;

/** @param root the address of the service, without a path */
export async function openMatrix(root: string, key: string): Promise<Ask> {
  // Slow to load: only a run that has something to ask pays for it.
  const { Client } = (await import('@googlemaps/google-maps-services-js')).default;
  // Attempts are ours to count: the library would repeat each by itself.
  const client = new Client({ config: { raxConfig: { retry: 0, noResponseRetries: 0 } } as object });
  const faults = faultsAt(new URL(root).host, key);
  return async (origins, destination, mode, signal) => {
    try {
      const { status, headers, data } = await client.distancematrix({
        url: `${root}/maps/api/distancematrix/json`,
        params: { origins: [...origins], destinations: [destination], mode: mode as TravelMode, key },
        signal,
        timeout: 0,
        maxRedirects: 0,
        validateStatus: () => true,
        // The library would take the status within an answer for that of HTTP.
        transformResponse: (text: unknown) => text,
      });
      return read(parsed(data), status, retryAfter(String(headers['retry-after'] ?? '')), origins.length, faults);
    } catch (error) {
      if (error instanceof Passing) throw error;
      // The library's own error holds the whole request, with its key.
      throw faults.untrusted(error) ?? new Passing(faults.unreachable(error, signal));
    }
  };
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}

function read(body: unknown, http: number, wait: number, count: number, faults: GoogleFaults): Reply {
  const status = field(body, 'status');
  switch (status) {
    case 'OK':
      return distancesOf(body, count, faults);
    case 'INVALID_REQUEST':
      return { type: 'invalid' };
    case 'MAX_ELEMENTS_EXCEEDED':
    case 'MAX_DIMENSIONS_EXCEEDED':
      return { type: 'too large' };
    case 'OVER_QUERY_LIMIT':
    case 'UNKNOWN_ERROR':
      throw new Passing(faults.status(status), wait);
    case 'OVER_DAILY_LIMIT':
    case 'REQUEST_DENIED':
      return { type: 'refused', fault: faults.refused(status, field(body, 'error_message')) };
  }
  if (http === 403 || http === 401) return { type: 'refused', fault: faults.refused(`status ${http}`, undefined) };
  if (passes(http)) throw new Passing(faults.httpStatus(http), wait);
  if (http !== 200) return { type: 'distances', distances: [], fault: faults.httpStatus(http) };
  if (typeof status === 'string') return { type: 'distances', distances: [], fault: faults.status(status) };
  throw new Passing(faults.unreadable());
}

function distancesOf(body: unknown, count: number, faults: GoogleFaults): Reply {
  const rows = field(body, 'rows');
  // With more rows than origins, which are whose?
  if (!Array.isArray(rows) || rows.length > count) throw new Passing(faults.unreadable());
  const distances = Array.from({ length: count }, (_, index) => {
    const elements = field(rows[index], 'elements');
    return Array.isArray(elements) && elements.length === 1 ? distanceOf(elements[0]) : undefined;
  });
  const isComplete = distances.every((distance) => distance !== undefined);
  return { type: 'distances', distances, ...(isComplete ? {} : { fault: faults.incomplete() }) };
}

function distanceOf(element: unknown): Distance | undefined {
  const status = field(element, 'status');
  if (SETTLED.includes(status)) return { statut: String(status), distance_m: null, duree_sec: null };
  const metres = wholeNumber(field(field(element, 'distance'), 'value'));
  const seconds = wholeNumber(field(field(element, 'duration'), 'value'));
  if (status !== 'OK' || metres === undefined || seconds === undefined) return undefined;
  return { statut: status, distance_m: metres, duree_sec: seconds };
}

function wholeNumber(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 && value < 1e9 ? String(Math.round(value)) : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
