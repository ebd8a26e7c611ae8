import { SaxesParser, type SaxesTagNS } from 'saxes';
import { isFault, sourceFault } from './fault.ts';
import { cellWriter, escapeXml } from './workbook-cells.ts';

/** What is read of a workbook is nested 7 deep at most. */
const MAX_DEPTH = 32;
/** Between two tags: a cell holds 32,767 characters, each of which may be written as a reference of a few bytes. */
const MAX_BYTES_WITHOUT_TAG = 1_000_000;
/** Ten for each of 200,000 employees; they all stay in memory. */
const MAX_SHARED_TEXTS = 2_000_000;
const RELATION_ID = /\/officeDocument\/(2006\/)?relationships$/;

interface Tree {
  readonly [name: string]: Tree;
}

const TEXT: Tree = {};
const RICH_TEXT: Tree = { t: TEXT, r: { t: TEXT } };
/** From the root of each part, the elements that decide what a cell reads; all others are left out. */
const KEPT: Tree = {
  Relationships: { Relationship: {} },
  workbook: { workbookPr: {}, sheets: { sheet: {} } },
  styleSheet: { numFmts: { numFmt: {} }, cellXfs: { xf: {} } },
  sst: { si: RICH_TEXT },
  worksheet: { sheetData: { row: { c: { v: TEXT, is: RICH_TEXT } } } },
};

/** The same for attributes: without fonts no style asks for one. */
const ATTRIBUTES = ['Id', 'Type', 'Target', 'date1904', 'name', 'state', 'sheetId', 'numFmtId', 'formatCode'];

/**
 * A part of a workbook, written again so that exceljs reads it right. By itself it knows tags without a prefix alone,
 * misses CDATA and rich text within a cell, takes line breaks between tags and readings of Japanese for text, undoes
 * `&amp;` twice, reads the truth or the error that a formula gave as a number and a date by type as its year, and takes
 * a shared text that is not there for an empty cell and a part that breaks off for a whole one.
 * @param sharedTexts how many there are, for a sheet
 * @throws a fault for XML that is not well-formed, has a DTD or goes on without end, and for a cell out of place
 */
export async function* plainXml(
  bytes: AsyncIterable<Buffer>,
  place: string,
  sharedTexts = 0,
): AsyncGenerator<string, void, undefined> {
  const plain = { xml: '', bytesWithoutTag: 0 };
  const parser = plainParser(plain, place, sharedTexts);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of bytes) {
      plain.bytesWithoutTag += chunk.length;
      parser.write(decoder.decode(chunk, { stream: true }));
      if (plain.bytesWithoutTag > MAX_BYTES_WITHOUT_TAG) throw unsafe(place, 'a text or a tag without end');
      yield plain.xml;
      plain.xml = '';
    }
    parser.write(decoder.decode()).close();
    yield plain.xml;
  } catch (error) {
    // Without the cause: what a parser says may quote the file.
    throw isFault(error) ? error : unreadable(place, 'XML that is not well-formed');
  }
}

export function unreadable(place: string, found: string): Error {
  return sourceFault(`${place} is a workbook written in a way that can't be read: ${found}.`, {
    code: 'EXCEL_UNREADABLE',
    place,
    expected: 'a workbook as Excel, LibreOffice or Google Sheets save it',
    found,
    hint: 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".',
  });
}

function unsafe(place: string, found: string): Error {
  return sourceFault(`${place} is refused for its own safety's sake: it holds ${found}.`, {
    code: 'EXCEL_UNSAFE',
    place,
    expected: 'a workbook as Excel, LibreOffice or Google Sheets save it',
    found,
    hint: 'No such program writes this: ask where the file comes from, and export it again from there.',
  });
}

function plainParser(
  plain: { xml: string; bytesWithoutTag: number },
  place: string,
  sharedTexts: number,
): SaxesParser<{ xmlns: true }> {
  const parser = new SaxesParser({ xmlns: true });
  const cells = cellWriter(sharedTexts, (found) => unreadable(place, found));
  const open: (Tree | undefined)[] = [];
  let namespace = '';
  let text: string | undefined;
  let texts = 0;

  const addText = (more: string): void => {
    if (open.at(-1) === TEXT) text = (text ?? '') + more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (encoding.toLowerCase() !== 'utf-8') throw unreadable(place, 'XML in another encoding than UTF-8');
  });
  parser.on('doctype', () => {
    throw unsafe(place, 'XML with a document type (DTD)');
  });
  parser.on('opentag', (tag) => {
    plain.bytesWithoutTag = 0;
    if (open.length === 0) {
      namespace = tag.uri;
      if (!Object.hasOwn(KEPT, tag.local)) throw unreadable(place, 'a part of another kind than its name says');
    }
    if (open.length === MAX_DEPTH) throw unsafe(place, 'XML nested without end');
    const parent = open.length === 0 ? KEPT : open.at(-1);
    const isKept = parent !== undefined && tag.uri === namespace && Object.hasOwn(parent, tag.local);
    open.push(isKept ? parent[tag.local] : undefined);
    if (!isKept) return;
    if (tag.local === 'row') cells.openRow(attribute(tag, 'r'));
    else if (tag.local === 'c') {
      cells.openCell(attribute(tag, 'r'));
      text = undefined;
    } else if (tag.local === 'si') text = undefined;
    else if (parent !== RICH_TEXT && !['is', 'v', 't'].includes(tag.local)) plain.xml += openTag(tag);
  });
  parser.on('closetag', (tag) => {
    plain.bytesWithoutTag = 0;
    const parent = open.at(-2);
    if (open.pop() === undefined) return;
    if (tag.local === 'row') plain.xml += cells.closeRow();
    else if (tag.local === 'c') plain.xml += cells.closeCell(attribute(tag, 't'), attribute(tag, 's'), text);
    else if (tag.local === 'si') {
      texts += 1;
      if (texts > MAX_SHARED_TEXTS) throw unsafe(place, 'shared texts without end');
      plain.xml += `<si><t>${escapeXml(text ?? '')}</t></si>`;
    } else if (parent !== RICH_TEXT && !['is', 'v', 't'].includes(tag.local)) plain.xml += `</${tag.local}>`;
  });
  return parser;
}

function attribute(tag: SaxesTagNS, name: string): string | undefined {
  return tag.attributes[name]?.value;
}

function openTag(tag: SaxesTagNS): string {
  const attributes = Object.values(tag.attributes).flatMap(({ local, prefix, uri, value }) => {
    if (prefix === '' && ATTRIBUTES.includes(local)) return [` ${local}="${escapeXml(plainValue(local, value))}"`];
    return local === 'id' && RELATION_ID.test(uri) ? [` r:id="${escapeXml(value)}"`] : [];
  });
  return `<${tag.local}${attributes.join('')}>`;
}

/** exceljs knows one spelling of a truth, and takes any letter of a number format for a part of a date. */
function plainValue(name: string, value: string): string {
  if (name === 'date1904') return value === 'true' ? '1' : value;
  if (name === 'formatCode') return isDateFormat(value) ? 'yyyy-mm-dd' : '0';
  return value;
}

function isDateFormat(format: string): boolean {
  return /[ymdhs]/i.test(format.replace(/\[[^\]]*\]|"[^"]*"|[\\_*]./g, '').replace(/general/i, ''));
}
