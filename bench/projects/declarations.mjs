// A CSV of declarations as the sample has them, from a seed: a third with a comment, a tenth of the records with a quoted cell.
import { once } from 'node:events';
import fs from 'node:fs';
import { declare, toCsv } from '../../dist/sources/sample/declaration-row.js';
import { ENDURANCE, OTHER_SPORTS } from '../../dist/sources/sample/names.js';
import { makePeople } from '../../dist/sources/sample/people.js';
import { seededRandom } from '../../dist/sources/sample/random.js';

/** Rows that are made at once, and that come again in a file of more than a million. */
const PART = 10_000;
const DISTINCT = 1_000_000;

/** @param quoted every cell within quotes */
export async function writeDeclarations(file, rows, { quoted = false } = {}) {
  const random = seededRandom(42);
  const people = makePeople(random);
  const sports = [...ENDURANCE, ...OTHER_SPORTS];
  const out = fs.createWriteStream(file);
  const parts = [];
  for (let done = 0; done < rows; done += PART) {
    const again = done >= DISTINCT && parts[(done % DISTINCT) / PART];
    const records = again || part(Math.min(PART, rows - done), { random, people, sports, quoted, isFirst: done === 0 });
    if (rows > DISTINCT && done < DISTINCT) parts.push(done === 0 ? withoutHeader(records) : records);
    if (!out.write(records)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

function part(rows, { random, people, sports, quoted, isFirst }) {
  const declared = Array.from({ length: rows }, () => {
    const day = new Date(Date.UTC(2025, 10, 1) + random.int(0, 364) * 86_400_000).toISOString().slice(0, 10);
    return declare(random.pick(people), day, random.pick(sports), random);
  });
  const content = toCsv(declared);
  const records = isFirst ? content : withoutHeader(content);
  return quoted ? allQuoted(records) : records;
}

function withoutHeader(content) {
  return content.slice(content.indexOf('\r\n') + 2);
}

function allQuoted(records) {
  return records.replace(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g, (_, cell, end) =>
    cell.startsWith('"') ? `${cell}${end}` : `"${cell}"${end}`,
  );
}
