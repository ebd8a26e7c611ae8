import type { Rendered } from '../compile/types.ts';
import type { Contract } from '../contracts/types.ts';
import type { Node, SeedNode } from '../graph/types.ts';
import type { UnitTest } from '../project/types.ts';
import { withoutPlaces } from '../util/places.ts';
import type { Details, SeedDetails } from './types.ts';

/** What the parts of a node's fingerprint are made of. */
export function detailsOf(node: Node, rendered: Rendered | undefined, settingsOf: (node: Node) => unknown): Details {
  const settings = settingsOf(node);
  if (node.type === 'source') return { settings };
  const { tags: _tags, ...config } = node.config;
  const common = { config, settings, ...(node.contract ? { contract: contractDetails(node.contract) } : {}) };
  if (node.type === 'seed') return { ...common, seed: seedDetails(node) };
  if (!rendered) return common;
  const { body, incrementalBody, hooks, reads } = rendered;
  return {
    ...common,
    sql: body,
    ...(incrementalBody === body ? {} : { incrementalSql: incrementalBody }),
    reads,
    ...(hooks.before.length + hooks.after.length > 0 ? { hooks } : {}),
    ...(node.unitTests.length > 0 ? { 'unit tests': testDetails(node.unitTests) } : {}),
  };
}

/** A test changed or not: its rows may be taken from life, and are kept nowhere. */
function testDetails(tests: readonly UnitTest[]): unknown {
  return Object.fromEntries(tests.map(({ name, hash }) => [name, hash.slice(0, 12)]));
}

function contractDetails({ hash: _hash, ...contract }: Contract): unknown {
  return withoutPlaces(contract);
}

/** Characters of a seed that are kept. */
const MOST = 65_536;

function seedDetails({ seed, contract }: SeedNode): SeedDetails {
  const personal = new Set(contract?.columns.filter((column) => column.personal !== null).map(({ name }) => name));
  const rows = masked(
    seed.header,
    seed.rows.map(({ cells }) => cells),
    personal,
  );
  const length = rows.reduce((sum, row) => sum + row.reduce((most, cell) => most + (cell?.length ?? 0) + 1, 0), 0);
  return { header: seed.header, count: rows.length, rows: length > MOST ? null : rows };
}

/** Rows without the values of some columns. */
export function masked(
  header: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  columns: ReadonlySet<string>,
): readonly (readonly (string | null)[])[] {
  const hidden = header.map((name) => columns.has(name));
  return rows.map((row) => row.map((cell, index) => (hidden[index] && cell !== null ? '***' : cell)));
}
