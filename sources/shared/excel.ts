import type { RawRow } from '../../runner/landing/types.ts';
import {
  betterCandidate,
  type Candidate,
  HEADER_SEARCH_ROWS,
  headersNotFound,
  noRows,
  sheetPlace,
  twoSheets,
} from './header-search.ts';
import { isBlank, isComplete, matchHeaders, type WantedHeader } from './headers.ts';
import type { Input } from './input.ts';
import { openWorkbook } from './workbook.ts';

export interface SheetRow extends RawRow {
  readonly sheet: string;
}

/**
 * The rows of the sheet that holds all the wanted headers, each with one text per header in the order asked. Rows empty
 * under these headers are left out; `number` is the row as Excel shows it.
 * @throws a fault when the file is no workbook, is damaged, or has no such sheet, two of them, or no row
 */
export async function* sheetRows(
  { place, bytes }: Input,
  wanted: readonly WantedHeader[],
): AsyncGenerator<SheetRow, void, undefined> {
  const sheets = await openWorkbook({ place, bytes });
  const candidates: Candidate[] = [];
  let found: string | undefined;
  for (const { name: sheet, rows } of sheets.filter(({ isHidden }) => !isHidden)) {
    let best: Candidate | undefined;
    let searched = 0;
    for await (const { number, cells } of rows()) {
      if (best !== undefined && isComplete(best.match)) {
        const texts = best.match.positions.map((position) => cells[position] ?? null);
        if (isBlank(texts)) continue;
        if (found !== undefined && found !== sheet) throw twoSheets('EXCEL', place, [found, sheet]);
        found = sheet;
        yield { sheet, number, cells: texts };
      } else if (searched === HEADER_SEARCH_ROWS) {
        break;
      } else if (!isBlank(cells)) {
        searched += 1;
        best = betterCandidate(best, { sheet, row: number, cells, match: matchHeaders(cells, wanted) });
      }
    }
    if (best !== undefined) candidates.push(best);
  }
  const complete = candidates.find(({ match }) => isComplete(match));
  if (complete === undefined) {
    const hidden = sheets.filter(({ isHidden }) => isHidden).map(({ name }) => name);
    throw headersNotFound('EXCEL', place, wanted, candidates, hidden);
  }
  if (found === undefined) throw noRows('EXCEL', sheetPlace(place, complete.sheet));
}
