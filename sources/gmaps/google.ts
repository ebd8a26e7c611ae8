import pLimit from 'p-limit';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { isFault, sourceFault } from '../shared/fault.ts';
import { type Patience, patiently } from '../shared/patience.ts';
import { type Batch, halves, placeOf, toBatches } from './batches.ts';
import { faultsAt } from './faults.ts';
import { type Ask, openMatrix, type Reply } from './request.ts';
import { type Answer, type DistanceClient, type DistancePair, type Distances, type Fault, MODES } from './types.ts';

/** Requests at once. */
const CONCURRENCY = 4;
const ROOT_VARIABLE = 'GOOGLE_MAPS_ROOT_URL';
const GOOGLE = 'https://maps.googleapis.com';

/**
 * Asks Google, each request until it is answered or patience ends; then nothing more is sent. What came is kept, whatever
 * becomes of the rest. Says what it will ask and what it has asked, in elements: they are what Google counts.
 */
export function googleClient(context: LoaderContext, key: string, patience: Patience): DistanceClient {
  return async (pairs) => {
    const root = rootOf(context);
    const { batches, unaskable } = toBatches(pairs);
    const plan = `${pairs.length - unaskable.length} element(s) in ${batches.length} request(s)${byMode(batches)}`;
    context.notice(`Google Maps ${context.dryRun ? 'would be' : 'is'} asked for ${plan}.`);
    if (context.dryRun) return { answers: [], faults: [] };

    // Requests that fail side by side say the same: once is enough.
    const told = new Set<string>();
    const notice = (message: string): void => {
      if (!told.has(message)) context.notice(message);
      told.add(message);
    };
    const desk = openDesk(
      await openMatrix(root, key),
      { ...context, notice },
      patience,
      faultsAt(new URL(root).host, key).tooLarge,
    );
    const limit = pLimit(CONCURRENCY);
    const came = await Promise.all(batches.map((batch) => limit(() => desk.ask(batch))));
    // No request can ask these: Google would say so of each.
    const answers = [...came.flatMap((distances) => distances.answers), ...unaskable.map(invalid)];
    const ok = answers.filter(({ statut }) => statut === 'OK').length;
    context.notice(
      `Google Maps: ${desk.sent()}. Of ${pairs.length} commute(s), ${ok} OK, ${answers.length - ok} not found, ` +
        `${pairs.length - answers.length} without answer.`,
    );
    return { answers, faults: [...desk.ending(), ...came.flatMap((distances) => distances.faults)] };
  };
}

/** Asks Google for nothing, which costs nothing and tells a good key from a bad one. */
export async function checkKey(context: LoaderContext, key: string, patience: Patience): Promise<void> {
  const ask = await openMatrix(rootOf(context), key);
  const reply = await patiently((signal) => ask([], '', 'walking', signal), { ...context, patience });
  if ('fault' in reply && reply.fault) throw reply.fault;
}

/** The address of the service, without a slash at its end. */
export function rootOf(context: LoaderContext): string {
  const root = context.env(ROOT_VARIABLE)?.trim() || GOOGLE;
  if (/^https?:/i.test(root) && URL.canParse(root)) return root.replace(/\/+$/, '');
  throw sourceFault(`${ROOT_VARIABLE} is not an address.`, {
    code: 'GMAPS_ADDRESS',
    place: ROOT_VARIABLE,
    expected: `nothing, for Google's own, or an address such as ${GOOGLE}`,
    found: 'another text',
    hint: 'Leave it empty.',
  });
}

/** `: walking 3, driving 1` */
function byMode(batches: readonly Batch[]): string {
  const counts = MODES.flatMap((mode) => {
    const own = batches.filter((batch) => batch.mode === mode);
    return own.length === 0 ? [] : [`${mode} ${own.reduce((sum, { pairs }) => sum + pairs.length, 0)}`];
  });
  return counts.length === 0 ? '' : `: ${counts.join(', ')}`;
}

function invalid(pair: DistancePair): Answer {
  return { ...pair, statut: 'INVALID_REQUEST', distance_m: null, duree_sec: null };
}

interface Desk {
  readonly ask: (batch: Batch) => Promise<Distances>;
  /** What was sent, again or in halves too: `52 element(s) asked in 3 request(s)`. */
  readonly sent: () => string;
  /** Why nothing more is sent. */
  readonly ending: () => readonly Fault[];
}

function openDesk(ask: Ask, { signal, notice }: LoaderContext, patience: Patience, tooLarge: () => Fault): Desk {
  let elements = 0;
  let requests = 0;
  let ended: Extract<Reply, { type: 'refused' }> | undefined;

  const attempt = async ({ pairs, destination, mode }: Batch, limit: AbortSignal): Promise<Reply> => {
    if (ended) return ended;
    elements += pairs.length;
    requests += 1;
    const origins = pairs.map(({ adresse }) => placeOf(adresse));
    return ask(origins, placeOf(destination), mode, limit);
  };
  const askBatch = async (batch: Batch): Promise<Distances> => {
    const reply = await patiently((limit) => attempt(batch, limit), { patience, signal, notice }).catch(
      (error: unknown): Reply => {
        // Patience is at its end, or there is no hope: the service would fail, or hang, for every other batch too.
        if (isFault(error)) return { type: 'refused', fault: error };
        throw error;
      },
    );
    if (reply.type === 'refused') {
      ended ??= reply;
      return { answers: [], faults: [] };
    }
    if (reply.type === 'distances') {
      const answers = batch.pairs.flatMap((pair, index) => {
        const distance = reply.distances[index];
        return distance === undefined ? [] : [{ ...pair, ...distance }];
      });
      return { answers, faults: reply.fault ? [reply.fault] : [] };
    }
    if (batch.pairs.length > 1) {
      const [left, right] = halves(batch);
      const [first, second] = [await askBatch(left), await askBatch(right)];
      return { answers: [...first.answers, ...second.answers], faults: [...first.faults, ...second.faults] };
    }
    return reply.type === 'invalid'
      ? { answers: batch.pairs.map(invalid), faults: [] }
      : { answers: [], faults: [tooLarge()] };
  };
  return {
    ask: askBatch,
    sent: () => `${elements} element(s) asked in ${requests} request(s)`,
    ending: () => (ended ? [ended.fault] : []),
  };
}
