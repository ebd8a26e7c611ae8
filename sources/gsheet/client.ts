import { isFault, sourceFault } from '../shared/fault.ts';
import { type Input, kindOf } from '../shared/input.ts';
import { Passing, type PatienceOptions, patiently } from '../shared/patience.ts';
import { badStatus, tooLarge, unreachable } from './transport-faults.ts';

/** An export of 10 million cells, the most a Google Sheet can hold, stays well under. */
const MAX_MEGABYTES = 512;

/**
 * Downloads a CSV export. The whole answer is held in memory: a download that breaks off must not leave half of the rows,
 * and personal data is not spilled into temporary files.
 * @throws a fault that names the host only: the rest of the address may hold a key
 */
export async function download(address: string, options: PatienceOptions): Promise<Input> {
  if (!URL.canParse(address)) throw badAddress();
  const place = new URL(address).host;
  return patiently(async (signal) => {
    try {
      return await attempt(address, place, signal);
    } catch (error) {
      if (isFault(error) || error instanceof Passing) throw error;
      throw isRoundabout(error) ? notPublic(place, 'a redirect that never ends') : unreachable(place, error, signal);
    }
  }, options);
}

async function attempt(address: string, place: string, signal: AbortSignal): Promise<Input> {
  const response = await fetch(address, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    const hint = 'Check the address, and that anyone with the link may view the sheet.';
    throw badStatus(place, response.status, response.headers.get('retry-after'), hint);
  }
  const bytes = await readBody(response, place);
  const isPage = response.headers.get('content-type')?.toLowerCase().startsWith('text/html');
  if (isPage || kindOf(bytes) === 'html') throw notPublic(place, 'a web page');
  return { place, bytes };
}

async function readBody(response: Response, place: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_MEGABYTES * 1024 * 1024) {
      throw tooLarge(place, MAX_MEGABYTES, 'Check the address; a file that large can be given by its path.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Google sends a browser without its cookies round in circles. */
function isRoundabout(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && /redirect count/.test(error.cause.message);
}

function badAddress(): Error {
  return sourceFault('URL_GSHEET is not an address.', {
    code: 'GSHEET_ADDRESS',
    place: 'URL_GSHEET',
    expected: 'the id of a spreadsheet, an https address of a CSV export, or the path of a CSV file',
    found: 'a text that begins like an address but is not one',
    hint: 'Copy the address of the export again.',
  });
}

function notPublic(place: string, found: string): Error {
  return sourceFault(`${place} answered with ${found}: the sheet isn't public.`, {
    code: 'GSHEET_NOT_PUBLIC',
    place,
    expected: 'a CSV',
    found,
    hint:
      'Share the sheet with anyone who has the link and use its CSV export address (…/export?format=csv), ' +
      "or give the spreadsheet's id and share it with a service account.",
  });
}
