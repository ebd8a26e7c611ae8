import { isFault, sourceFault, systemCode } from '../shared/fault.ts';
import { type Input, kindOf } from '../shared/input.ts';

const TIMEOUT_MS = 30_000;
/** An export of 10 million cells, the most a Google Sheet can hold, stays well under. */
const MAX_MEGABYTES = 512;

/**
 * Downloads a CSV export. The whole answer is held in memory: a download that breaks off must not leave half of the rows,
 * and personal data is not spilled into temporary files.
 * @throws a fault that names the host only: the rest of the address may hold a key
 */
export async function download(address: string): Promise<Input> {
  if (!URL.canParse(address)) throw badAddress();
  const place = new URL(address).host;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) {
      await response.body?.cancel();
      throw badStatus(place, response.status);
    }
    const bytes = await readBody(response, place);
    const isPage = response.headers.get('content-type')?.toLowerCase().startsWith('text/html');
    if (isPage || kindOf(bytes) === 'html') throw notPublic(place);
    return { place, bytes };
  } catch (error) {
    throw isFault(error) ? error : unreachable(error, place);
  }
}

async function readBody(response: Response, place: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_MEGABYTES * 1024 * 1024) throw tooLarge(place);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function badAddress(): Error {
  return sourceFault('URL_GSHEET is not an address.', {
    code: 'GSHEET_ADDRESS',
    place: 'URL_GSHEET',
    expected: 'an https address of a CSV export, or the path of a CSV file',
    found: 'a text that begins like an address but is not one',
    hint: 'Copy the address of the export again.',
  });
}

function badStatus(place: string, status: number): Error {
  const isPrivate = [401, 403, 404].includes(status);
  return sourceFault(`${place} answered ${status}.`, {
    code: 'GSHEET_HTTP_STATUS',
    place,
    expected: 'status 200',
    found: `status ${status}`,
    hint: isPrivate ? 'Check the address, and that anyone with the link may view the sheet.' : 'Try again later.',
  });
}

function notPublic(place: string): Error {
  return sourceFault(`${place} answered with a web page: the sheet isn't public.`, {
    code: 'GSHEET_NOT_PUBLIC',
    place,
    expected: 'a CSV',
    found: 'a web page, such as the one to sign in',
    hint: 'Share the sheet with anyone who has the link, and use its CSV export address (…/export?format=csv).',
  });
}

function tooLarge(place: string): Error {
  return sourceFault(`${place} sent more than ${MAX_MEGABYTES} MB.`, {
    code: 'GSHEET_TOO_LARGE',
    place,
    expected: `at most ${MAX_MEGABYTES} MB`,
    found: 'more',
    hint: 'Check the address; a file that large can be given by its path.',
  });
}

function unreachable(error: unknown, place: string): Error {
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return sourceFault(isLate ? `${place} did not answer in time.` : `${place} can't be reached.`, {
    code: isLate ? 'GSHEET_TIMEOUT' : 'GSHEET_UNREACHABLE',
    place,
    expected: `an answer within ${TIMEOUT_MS / 1000} s`,
    found: isLate ? 'none' : (systemCode(error) ?? 'a connection that broke off'),
    hint: 'Check the network and the address, then run again.',
  });
}
