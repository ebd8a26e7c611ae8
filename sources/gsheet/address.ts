import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoaderContext } from '../../runner/landing/types.ts';

export const VARIABLE = 'URL_GSHEET';

/** What the variable names: a spreadsheet of the API, the address of a CSV export, or the path of a CSV. */
export type SheetAddress =
  | { readonly kind: 'spreadsheet'; readonly id: string }
  | { readonly kind: 'export'; readonly address: string }
  | { readonly kind: 'file' };

/** The address of a sheet in the browser, whatever account and tab it shows; an export or a published page has another path. */
const IN_THE_BROWSER =
  /^(?:https:\/\/)?docs\.google\.com\/spreadsheets\/(?:u\/\d+\/)?d\/([\w-]{15,})(?:\/(?:edit|view|preview|htmlview)?)?(?:[?#]|$)/i;
/** What Drive gives as a link to a file. */
const IN_DRIVE =
  /^(?:https:\/\/)?(?:docs|drive)\.google\.com\/(?:open\?(?:.*&)?id=|file\/(?:u\/\d+\/)?d\/)([\w-]{15,})/i;

export function sheetAddress(context: Pick<LoaderContext, 'projectDir' | 'env'>): SheetAddress {
  const value = context.env(VARIABLE)?.trim() ?? '';
  const id = (IN_THE_BROWSER.exec(value) ?? IN_DRIVE.exec(value))?.[1];
  if (id !== undefined) return { kind: 'spreadsheet', id };
  if (/^https?:/i.test(value)) return { kind: 'export', address: value };
  const isId = /^[\w-]{25,}$/.test(value) && !existsSync(resolve(context.projectDir, value));
  return isId ? { kind: 'spreadsheet', id: value } : { kind: 'file' };
}
