import type { Fault } from '../errors.ts';

/** Of a unit test that quotes an error of the server, whatever its SQLSTATE was. */
const QUOTES_ERROR = 'UNIT_TEST_ERROR';
const SQLSTATE = /^SQL_[0-9A-Z]{5}$/;
/** The classes of the server's own errors but PL/pgSQL's (P0); any other SQLSTATE is one that a function has chosen. */
const OF_SERVER = /^SQL_(0|1|2|3|40|42|44|5[3-8]|F0|HV|XX)/;
/** Syntax errors and unknown names: where the place is known, the name stands there in the template. */
const OF_TEXT = /^SQL_42/;

/** Values are quoted as the server's language does. */
const QUOTES = '"«»‹›„“”「」『』';
/** Names of the database that no value can stand for, as `x::regclass` can for a relation; in English only. */
const NAME = '\\b(?:column|constraint|(?:of|for) relation|on table|unit test) "[^"]*"';
const NAME_OR_QUOTE = new RegExp(`${NAME}|([${QUOTES}])`, 'g');
const LAST_QUOTE = new RegExp(`[${QUOTES}](?=[^${QUOTES}]*$)`);

/** A fault's message as it is kept: a row's value may be a person's. Where it quotes none, as it is. */
export function withoutValues({
  code,
  message,
  line,
  kept,
}: Pick<Fault, 'code' | 'message' | 'line' | 'kept'>): string {
  if (kept !== undefined) return kept;
  if (code === QUOTES_ERROR) return maskValues(message);
  if (!SQLSTATE.test(code) || (OF_TEXT.test(code) && line !== undefined)) return message;
  if (!OF_SERVER.test(code)) return `${code}: what the SQL raised is not kept, it may name a value`;
  return maskValues(message);
}

/**
 * `invalid input syntax for type integer: "x"`, `value "x" is out of range`, `Key (id)=(1) already exists`. A value may hold
 * quotes itself, so that all goes from the first quote to the last.
 */
export function maskValues(text: string): string {
  const first = [...text.matchAll(NAME_OR_QUOTE)].find(([, quote]) => quote !== undefined)?.index;
  const unquoted = first === undefined ? text : maskFrom(text, first);
  return unquoted.replace(/=\(.*\)/gs, '=(***)');
}

function maskFrom(text: string, first: number): string {
  const last = text.search(LAST_QUOTE);
  // Without a second one the text was cut short.
  const rest = last > first ? text.slice(last) : '';
  return `${text.slice(0, first + 1)}***${rest}`;
}
