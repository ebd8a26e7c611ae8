import type { Fault } from '../errors.ts';
import { fewOf } from '../util/plural.ts';
import { stemOf } from './outcome.ts';
import type { NodeDiff } from './types.ts';

/** What fails, in sentences; no value of a row is in them. */
export interface Failures {
  /** What passed or was built on the base and is not on head: what is not built first, unit tests last, then who reads that in one line. */
  readonly broken: readonly string[];
  /** Those, without who only reads them. */
  readonly count: number;
  /** What fails on both sides, and what fails on the base alone. */
  readonly faulty: readonly string[];
  readonly mended: readonly string[];
}

export function failuresOf(nodes: readonly NodeDiff[]): Failures {
  const [faulty, mended] = [[] as string[], [] as string[]];
  const broken: { readonly text: string; readonly order: number }[] = [];
  const readers: string[] = [];
  for (const { name, audit } of nodes) {
    const [before, after] = [audit.base?.failed ?? [], audit.head?.failed ?? []];
    const isIn = (list: readonly Fault[], fault: Fault): boolean => list.some((one) => stemOf(one) === stemOf(fault));
    for (const fault of after) {
      if (isIn(before, fault)) faulty.push(sayFault(name, fault));
      else broken.push({ text: sayFault(name, fault), order: orderOf(fault) });
    }
    if (audit.head) mended.push(...before.filter((fault) => !isIn(after, fault)).map((fault) => sayFault(name, fault)));
    const isLost = audit.head !== null && audit.head.status !== 'built' && after.length === 0;
    const text = `${name} is not built: ${WHY[audit.head?.status ?? 'error']}`;
    if (isLost && audit.base?.status === audit.head?.status) faulty.push(text);
    else if (isLost && audit.head?.status === 'upstream_failed') readers.push(name);
    else if (isLost) broken.push({ text, order: 0 });
  }
  const told = broken.toSorted((a, b) => a.order - b.order).map(({ text }) => text);
  const lost = readers.length === 0 ? [] : [`not built, for what they read is not: ${fewOf(readers, 8)}`];
  return { broken: [...told, ...lost], count: Math.max(told.length, lost.length), faulty, mended };
}

/** Data weighs more than the examples of a unit test, which a changed rule is to change too. */
function orderOf({ code }: Fault): number {
  return code.startsWith('UNIT_') ? 2 : code.startsWith('CHECK_') ? 1 : 0;
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
