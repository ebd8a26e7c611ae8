import type { CheckResult, ContractResult, Outcome } from '../contracts/types.ts';
import { errorOf } from '../contracts/verdict.ts';
import type { Fault, FaultyRows } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import { plural } from '../util/plural.ts';

/** A contract that forbids publishing; it ends the transaction. */
export class AuditFailure extends Error {
  readonly node: Node;
  readonly contract: ContractResult;

  constructor(node: Node, contract: ContractResult) {
    super(`contract of ${node.name} failed`);
    this.name = 'AuditFailure';
    this.node = node;
    this.contract = contract;
  }
}

/**
 * What keeps a contract from being fulfilled: a fault for each check, at its line in the contract; checks that were not
 * measured for one common reason are told together, after the others.
 * @param published the rows at fault are those that are published
 */
export function contractFaults(node: Node, contract: ContractResult, published: boolean): readonly Fault[] {
  const bad = contract.checks.filter(({ outcome }) => outcome === 'FAILED' || outcome === 'NOT_EVALUATED');
  const groups = byReason(bad);
  const mend = published
    ? `It is published so: mend ${placeOfRows(node)}, or the check, and build it again.`
    : `Nothing of it is published: mend ${placeOfRows(node)}, or the check.`;
  // An error beside the checks, such as one in a query that no verdict needed, is told too, but not twice.
  const told = new Set(bad.flatMap((check) => [check.message, errorOf(check, check.message)]));
  const others = contract.errors.filter((error) => !told.has(error));
  return [
    ...groups.map((checks) => checkFault(node, checks, mend)),
    ...others.map((message) => ({
      code: 'CONTRACT_ERROR',
      message: `${node.name}: ${message}`,
      kept: `${node.name}: an error beside the verdicts, whose words may quote a value`,
      file: node.contract?.file ?? node.file,
      hint: 'Correct the contract, or the model that it describes.',
    })),
  ];
}

/** Those of several checks last. */
function byReason(checks: readonly CheckResult[]): readonly (readonly CheckResult[])[] {
  const groups = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const reason = check.value === null ? check.message : check.path;
    groups.set(reason, [...(groups.get(reason) ?? []), check]);
  }
  return [...groups.values()].toSorted((a, b) => Number(a.length > 1) - Number(b.length > 1));
}

/** What broke a threshold at level warn: it is published all the same. */
export function contractWarnings(node: Node, contract: ContractResult): readonly Fault[] {
  return contract.checks.filter(({ outcome }) => outcome === 'WARN').map((check) => checkFault(node, [check]));
}

const CODES: Readonly<Partial<Record<Outcome, string>>> = {
  FAILED: 'CHECK_FAILED',
  NOT_EVALUATED: 'CHECK_NOT_EVALUATED',
  WARN: 'CHECK_WARNED',
};

/** @param checks one, or several that were not measured for one reason */
function checkFault(node: Node, checks: readonly CheckResult[], hint?: string): Fault {
  const [first] = checks as readonly [CheckResult];
  const name =
    checks.length === 1
      ? first.name
      : `${plural(checks.length, 'check')} (${checks.map((check) => check.name).join(', ')})`;
  const threshold = checks.length === 1 ? first.threshold : undefined;
  return {
    code: CODES[checks.length === 1 ? first.outcome : 'NOT_EVALUATED'] ?? 'CHECK_FAILED',
    message: `${node.name}: ${name}: ${first.message}`,
    kept: `${node.name}: ${name}: ${first.kept}${threshold ? ` (${threshold})` : ''}`,
    file: node.contract?.file ?? node.file,
    line: first.line,
    expected: threshold,
    // The number of columns that differ says nothing beside their names.
    found: first.type === 'schema' ? undefined : (first.value ?? undefined),
    rows: rowsOf(node, first),
    hint,
  };
}

function placeOfRows(node: Node): string {
  return node.type === 'seed' ? `the rows in ${node.file}` : `${node.file} or what it reads`;
}

const COUNTED_BY_ROW = ['missing', 'invalid', 'failed_rows'];

/** Those of a seed with their place in the file. */
function rowsOf(node: Node, { type, sample, value, threshold }: CheckResult): FaultyRows | undefined {
  if (!sample) return undefined;
  const total = COUNTED_BY_ROW.includes(type) && !threshold.includes('%') ? Number(value) : undefined;
  const at = sample.columns.indexOf('row_number');
  if (node.type !== 'seed' || at < 0) return { ...sample, total };
  const lineOf = (row: string | null | undefined): string =>
    `${node.file}:${node.seed.rows[Number(row) - 1]?.line ?? '?'}`;
  return {
    columns: ['line', ...sample.columns.filter((_, index) => index !== at)],
    rows: sample.rows.map((row) => [lineOf(row[at]), ...row.filter((_, index) => index !== at)]),
    total,
  };
}
