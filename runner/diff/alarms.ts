import { grouped } from '../util/plural.ts';
import type { DiffReport, NodeDiff } from './types.ts';

/** What somebody who reads the data would miss. */
export interface Alarms {
  /** Columns, or all of a node, that are gone or of another type, of what roles or analysts' tools read. */
  readonly columns: readonly string[];
  /** Nodes that have no row any more, then those whose number of rows changes most. */
  readonly rows: readonly string[];
}

export function alarmsOf({ nodes }: Pick<DiffReport, 'nodes'>): Alarms {
  return {
    columns: nodes.filter(({ isRead }) => isRead).flatMap(columnsOf),
    rows: rowsOf(nodes),
  };
}

function columnsOf({ name, kind, rows }: NodeDiff): readonly string[] {
  if (kind === 'removed') return [`${name}: all of it`];
  return [
    ...(rows?.columnsRemoved ?? []).map((column) => `${name}.${column}`),
    ...(rows?.columnsRetyped ?? []).map(({ column, before, after }) => `${name}.${column}: ${before} → ${after}`),
  ];
}

/** The part of the rows that has to come or go, and of how many nodes it is told. */
const MUCH = 0.1;
const FEW = 5;

function rowsOf(nodes: readonly NodeDiff[]): readonly string[] {
  const counted = nodes.flatMap(({ name, rows }) => {
    if (!rows || rows.before === rows.after) return [];
    const { before, after } = rows;
    return [
      {
        after,
        text: `${name} ${grouped(before)} → ${grouped(after)}`,
        part: Math.abs(after - before) / Math.max(before, after),
      },
    ];
  });
  const others = counted.filter(({ after, part }) => after > 0 && part >= MUCH).toSorted((a, b) => b.part - a.part);
  return [...counted.filter(({ after }) => after === 0), ...others.slice(0, FEW)].map(({ text }) => text);
}
