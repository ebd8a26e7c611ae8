import type { Fault } from '../errors.ts';
import { stemOf } from './outcome.ts';
import type { NodeDiff } from './types.ts';

/** What fails, in sentences; no value of a row is in them. */
export interface Failures {
  /** What passed or was built on the base and is not on head, and what nobody can compare for it. */
  readonly broken: readonly string[];
  /** What fails on both sides, and what fails on the base alone. */
  readonly faulty: readonly string[];
  readonly mended: readonly string[];
}

export function failuresOf(nodes: readonly NodeDiff[]): Failures {
  const [broken, faulty, mended] = [[] as string[], [] as string[], [] as string[]];
  for (const { name, audit } of nodes) {
    const [before, after] = [audit.base?.failed ?? [], audit.head?.failed ?? []];
    const isIn = (list: readonly Fault[], fault: Fault): boolean => list.some((one) => stemOf(one) === stemOf(fault));
    for (const fault of after) (isIn(before, fault) ? faulty : broken).push(sayFault(name, fault));
    if (audit.head) mended.push(...before.filter((fault) => !isIn(after, fault)).map((fault) => sayFault(name, fault)));
    const isLost = audit.head !== null && audit.head.status !== 'built' && after.length === 0;
    if (isLost)
      (audit.base?.status === audit.head?.status ? faulty : broken).push(
        `${name} is not built: ${WHY[audit.head?.status ?? 'error']}`,
      );
  }
  return { broken, faulty, mended };
}

const WHY = {
  built: '',
  error: 'see above',
  upstream_failed: 'what it reads is not built',
  cancelled: 'the command was told to end',
  skipped: 'the command had ended',
};

export function sayFault(name: string, { code, message, file, line, expected, found }: Fault): string {
  const place = file === undefined ? '' : ` (${line === undefined ? file : `${file}:${line}`})`;
  const measured = expected === undefined ? '' : `; ${expected}${found === undefined ? '' : `, is ${found}`}`;
  const said = message.startsWith(name) ? message : `${name}: ${message}`;
  return `${said}${measured}${place}${code.startsWith('CHECK_') || code.startsWith('UNIT_') ? '' : ` ${code}`}`;
}
