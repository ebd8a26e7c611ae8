import { type ByteSource, memoryBytes } from '../shared/bytes.ts';
import { sourceFault, systemCode } from '../shared/fault.ts';

const TIMEOUT_MS = 30_000;
/** An export of 10 million cells, the most a Google Sheet can hold, stays well under. */
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * Downloads a CSV export. The whole answer is held in memory: a download that breaks off must not leave half of the rows,
 * and personal data is not spilled into temporary files.
 * @throws a fault that names the host only: the rest of the address may hold a key
 */
export async function download(address: string): Promise<ByteSource> {
  if (!URL.canParse(address)) throw badAddress();
  const url = new URL(address);
  const place = url.host;
  const response = await get(url);
  if (!response.ok) {
    await response.body?.cancel();
    throw badStatus(place, response.status);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLarge(place);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(error, place);
  }
  if (isHtml(response.headers.get('content-type'), chunks[0])) throw notPublic(place);
  return memoryBytes(place, chunks);
}

async function get(url: URL): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw unreachable(error, url.host);
  }
}

function isHtml(contentType: string | null, start: Uint8Array | undefined): boolean {
  if (contentType?.toLowerCase().startsWith('text/html')) return true;
  const text = Buffer.from(start?.subarray(0, 512) ?? []).toString('utf8');
  return /^[\s\uFEFF]*<(!doctype html|html|head)/i.test(text);
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
  return sourceFault(`${place} sent more than ${MAX_BYTES / 1024 / 1024} MB.`, {
    code: 'GSHEET_TOO_LARGE',
    place,
    expected: `at most ${MAX_BYTES / 1024 / 1024} MB`,
    found: 'more',
    hint: 'Check the address; a file that large can be given by its path.',
  });
}

function unreachable(error: unknown, place: string): unknown {
  if (error instanceof Error && 'place' in error) return error;
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  return sourceFault(isLate ? `${place} did not answer in time.` : `${place} can't be reached.`, {
    code: isLate ? 'GSHEET_TIMEOUT' : 'GSHEET_UNREACHABLE',
    place,
    expected: `an answer within ${TIMEOUT_MS / 1000} s`,
    found: isLate ? 'none' : (systemCode(error) ?? 'a connection that broke off'),
    hint: 'Check the network and the address, then run again.',
  });
}
