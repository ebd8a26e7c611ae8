import type { Outcome } from '../contracts/types.ts';
import type { Link, StatusView } from './types.ts';

/** Stands where there is no value, or none that may be shown. */
export const NONE = '—';

/** A number of PostgreSQL as people of a locale write it, every digit of it; any other text as it is. */
export function figureOf(text: string | null | undefined, locale: string, unit = ''): string {
  if (text === null || text === undefined) return NONE;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const digits = text.split('.')[1]?.length ?? 0;
  // Given as text it is rounded nowhere; the library's types know numbers only.
  const number = numberFormat(locale, digits).format(text as unknown as number);
  return unit === '' ? number : `${number}\u00a0${unit}`;
}

const FORMATS = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${digits}`;
  const format =
    FORMATS.get(key) ??
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: true });
  FORMATS.set(key, format);
  return format;
}

/** `0.12 s`, `75 s`, which stay in one line. */
export function secondsOf(seconds: number | null): string {
  if (seconds === null) return NONE;
  return `${seconds.toFixed(seconds < 10 ? 2 : 0)}\u00a0s`;
}

export function countOf(count: number | null): string {
  return count === null ? NONE : figureOf(String(count), 'en');
}

/** How a run or a node ended. */
export function statusOf(status: string): StatusView {
  return { key: status.replace(/\W/g, '-'), text: status.replaceAll('_', ' ') };
}

const OUTCOMES: Readonly<Record<Outcome, StatusView>> = {
  PASSED: { key: 'success', text: 'passed' },
  WARN: { key: 'warned', text: 'warned' },
  FAILED: { key: 'failed', text: 'failed' },
  NOT_EVALUATED: { key: 'error', text: 'not evaluated' },
  EXCLUDED: { key: 'skipped', text: 'left out' },
};

export function outcomeOf(outcome: string): StatusView {
  return OUTCOMES[outcome as Outcome] ?? statusOf(outcome.toLowerCase());
}

export const NO_LINK: Link = { text: '', href: '' };

export function listed(words: readonly string[]): string {
  return words.length === 0 ? '' : words.join(', ');
}
