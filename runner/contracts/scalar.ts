import { isRecord } from '../util/yaml-map.ts';
import type { Literal } from './types.ts';

/**
 * What a scalar without quotes stands for under the rules of Soda's parser: YAML 1.2 (`yes`, `on`, `12:30` are texts), with
 * digits grouped by `_` and with dates; `01` is 1, and `0o17`, `0x1F` and `0b11` are numbers.
 */
export function sodaScalar(text: string): Literal {
  if (/^(~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (text === '=') return typed('unclear', text);
  // Most are words.
  if (!/^[-+.\d]/.test(text)) return text;
  if (/^[-+]?(0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*)$/.test(text)) return integerOf(text.replaceAll('_', ''));
  if (/^[-+]?([0-9][0-9_]*\.[0-9_]*|[0-9][0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?$/.test(text))
    return decimalOf(Number(text.replaceAll('_', '')));
  if (/^[-+]?\.(inf|Inf|INF)$/.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.(nan|NaN|NAN)$/.test(text)) return Number.NaN;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return typed('date', text);
  if (/^\d{4}-\d\d?-\d\d?([Tt]|[ \t]+)\d\d?:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d\d?(:\d\d)?))?$/.test(text)) {
    return typed('unclear', text);
  }
  return text;
}

function integerOf(text: string): Literal {
  const digits = BigInt(text.replace(/^[-+]/, ''));
  const value = text.startsWith('-') ? -digits : digits;
  return Number.isSafeInteger(Number(value)) ? Number(value) : typed('integer', value.toString());
}

/** A double; with the text that Python has for it where JavaScript has another, since it may become part of a query. */
function decimalOf(value: number): Literal {
  const [digits, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  const whole = Number.isInteger(value) ? `${value}.0` : String(value);
  const text =
    power < -4 || power >= 16 ? `${digits}e${power < 0 ? '-' : '+'}${`${Math.abs(power)}`.padStart(2, '0')}` : whole;
  return text === String(value) ? value : typed('decimal', text);
}

/** Without prototype, so that nobody takes it for a map of the file. */
function typed(type: 'integer' | 'decimal' | 'date' | 'unclear', text: string): Literal {
  return Object.assign(Object.create(null), { type, text }) as Literal;
}

export function isLiteral(value: unknown): value is Literal {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.getPrototypeOf(value) === null;
}

/** Something for people and other tools, as they would read it: dates are texts. */
export function untyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untyped);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untyped(inner)]));
  if (!isLiteral(value) || typeof value !== 'object' || value === null) return value;
  return value.type === 'decimal' ? Number(value.text) : value.text;
}

/**
 * The time that a text stands for, in milliseconds since 1970; `null` when it is none. Reads what PostgreSQL writes for
 * `timestamptz`, `timestamp` and `date`, and ISO 8601. Without a zone the time is UTC, and a date is its midnight.
 */
export function parseTime(text: string): number | null {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([-+])(\d\d):?(\d\d)?(?::?(\d\d))?)?)?$/.exec(
      text.trim(),
    );
  if (!parts) return null;
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '0',
    zulu,
    sign,
    zoneHour = '0',
    zoneMinute = '0',
    zoneSecond = '0',
  ] = parts;
  const date = new Date(`${year}-${month}-${day}`);
  const valid =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60;
  if (!valid) return null;
  const offset = (Number(zoneHour) * 3600 + Number(zoneMinute) * 60 + Number(zoneSecond)) * (sign === '-' ? -1 : 1);
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  // As Soda, which cuts the fraction before a Z.
  return date.getTime() + seconds * 1000 + (zulu ? 0 : Number(`0.${fraction}`) * 1000);
}
