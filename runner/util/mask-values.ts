import type { Fault } from '../errors.ts';

/** Of data exceptions and violated constraints (SQLSTATE classes 22 and 23), and of checks that quote such an error. */
const QUOTES_VALUES = /^(SQL_2[23]|CHECK_NOT_EVALUATED|CONTRACT_ERROR|UNIT_TEST_ERROR)/;

/** A fault's message as it is kept: a row's value may be a person's. Where the server's words quote none, as it is. */
export function withoutValues({ code, message }: Pick<Fault, 'code' | 'message'>): string {
  return QUOTES_VALUES.test(code) ? maskValues(message) : message;
}

/** `invalid input syntax for type integer: "x"`, `value "x" is out of range`, `Key (id)=(1) already exists`. */
export function maskValues(text: string): string {
  return text
    .replace(/: ".*"/s, ': "***"')
    .replace(/\b(value|value is) ".*?"/gs, '$1 "***"')
    .replace(/=\(.*\)/gs, '=(***)');
}
