import type { TextResult } from '../adapters/types.ts';
import type { RunEvent } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import { redactor } from '../util/redact.ts';

/** A result as JSON objects: numeric as text, dates and times in ISO form, NULL as null, json as itself. */
export function toObjects(result: TextResult): readonly Readonly<Record<string, unknown>>[] {
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map(({ name, type }, index) => [name, toValue(row[index] ?? null, type)])),
  );
}

/** Types by OID; what is not here stays PostgreSQL's own text. */
const READ: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  20: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  21: Number,
  23: Number,
  700: toFloat,
  701: toFloat,
  114: (text) => JSON.parse(text) as unknown,
  3802: (text) => JSON.parse(text) as unknown,
  1114: (text) => text.replace(' ', 'T'),
  1184: isoInstant,
};

function toValue(text: string | null, type: number): unknown {
  return text === null ? null : (READ[type]?.(text) ?? text);
}

function toFloat(text: string): unknown {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** `2026-11-24 12:00:00.5+01` → `2026-11-24T12:00:00.5+01:00` */
function isoInstant(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
}

/** What a person is shown as text, as an event. */
export type ShownEvent =
  | { readonly type: 'message' | 'text'; readonly text: string }
  | { readonly type: 'table'; readonly title: string; readonly rows: readonly unknown[] }
  | { readonly type: 'answer'; readonly rows: readonly unknown[] };

/** An event as one line of JSON. */
export function eventLine(event: RunEvent | ShownEvent, at: Date): string {
  // The rows are the database's, or redacted where they were made.
  const isWords = event.type !== 'table' && event.type !== 'answer';
  return JSON.stringify(
    { time: at.toISOString(), event: event.type, ...fields(event) },
    isWords ? redactor.replacer : undefined,
  );
}

function fields(event: RunEvent | ShownEvent): Readonly<Record<string, unknown>> {
  if (event.type === 'plan') return { nodes: event.nodes.map(({ id }) => id), total: event.total };
  if (event.type === 'estimates') return { seconds: Object.fromEntries(event.seconds) };
  if (event.type === 'node_started') return named(event.node);
  if (event.type === 'node_finished') {
    const { node, status, rows, changed, message, faults, warnings, contract, startedAt, finishedAt } = event.result;
    const duration = (finishedAt.getTime() - startedAt.getTime()) / 1000;
    return {
      ...named(node),
      status,
      rows,
      changed,
      message,
      faults,
      warnings: warnings?.length ? warnings : undefined,
      contract: contract?.status ?? null,
      checks: contract?.checks
        .filter(({ outcome }) => outcome !== 'PASSED')
        .map(({ path, name, outcome, value, threshold }) => ({ path, name, outcome, value, threshold })),
      unit_tests: event.result.unitTests?.map(({ test, outcome }) => ({ name: test.name, outcome })),
      duration,
      done: event.done,
      total: event.total,
    };
  }
  const { type: _type, ...rest } = event;
  return rest;
}

function named(node: Node): Readonly<Record<string, unknown>> {
  return { node_id: node.id, name: node.name, resource_type: node.type };
}
