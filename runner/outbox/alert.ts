/** What an alert tells, all of it text for a person; a template of project.yml sees these very names. */
export interface Alert {
  /** Of project.yml. */
  readonly project: string;
  readonly run: AlertRun;
  readonly errors: readonly AlertError[];
  /** Errors that there was no room for. */
  readonly cut: number;
  /** Runs that ended without a word, found by this one. */
  readonly died: readonly { readonly id: string; readonly command: string }[];
  readonly rows: readonly AlertedRows[];
}

export interface AlertRun {
  /** Empty when none was started. */
  readonly id: string;
  readonly command: string;
  readonly status: string;
  /** The day it stands for, `YYYY-MM-DD`. */
  readonly day: string;
  /** Where it can be looked at; may be empty. */
  readonly url: string;
  readonly failed: boolean;
  /** Nodes that were kept from running. */
  readonly not_run: number;
}

/** A text is empty where there is nothing to say. */
export interface AlertError {
  readonly code: string;
  /** `file:line:column`, as far as it is known. */
  readonly place: string;
  /** As it may be kept: without a value of a row. */
  readonly message: string;
  /** Of a check: what was measured, what it was to be, and how many rows are at fault. */
  readonly value: string;
  readonly threshold: string;
  readonly rows: string;
  readonly hint: string;
}

export interface AlertedRows {
  readonly model: string;
  readonly title: string;
  /** `?` where they could not be counted. */
  readonly count: number | '?';
  readonly columns: readonly string[];
  /** A few rows, personal values masked. */
  readonly examples: readonly (readonly string[])[];
}

/** Characters that one message of Slack takes (40,000), with a margin. */
const MOST = 35_000;

/**
 * The text of an alert, of a length that Slack takes: errors that there is no room for are counted.
 * @param draw is given all values escaped
 */
export function alertText(alert: Alert, draw: (alert: Alert) => string): string {
  const escaped = deepEscaped(alert) as Alert;
  const withErrors = (count: number): string =>
    draw({ ...escaped, errors: escaped.errors.slice(0, count), cut: escaped.errors.length - count });
  let [fits, all] = [0, escaped.errors.length];
  const whole = withErrors(all);
  if (whole.length <= MOST) return whole;
  while (all - fits > 1) {
    const middle = Math.floor((fits + all) / 2);
    if (withErrors(middle).length <= MOST) fits = middle;
    else all = middle;
  }
  const text = withErrors(fits);
  // A mark that is cut in two would be none.
  return text.length <= MOST ? text : `${text.slice(0, MOST).replace(/&\w*$/, '')}…`;
}

/** As Slack shows a text: `<!channel>` is read, not obeyed. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function deepEscaped(value: unknown): unknown {
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return value.map(deepEscaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, deepEscaped(part)]));
}
