import type { Rendered } from '../compile/types.ts';
import type { Contract } from '../contracts/types.ts';
import type { ModelNode, Node, SeedNode } from '../graph/types.ts';
import { withoutPlaces } from '../util/places.ts';
import type { Details, SeedDetails } from './types.ts';

/**
 * What the parts of a node's fingerprint are made of.
 * @param inlined the ephemeral models in its SQL, with their rendered bodies
 */
export function detailsOf(
  node: Node,
  rendered: Rendered | undefined,
  settingsOf: (node: Node) => unknown,
  inlined: ReadonlyMap<ModelNode, string>,
): Details {
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
    ...(inlined.size > 0 ? { inlined: Object.fromEntries([...inlined].map(([{ name }, sql]) => [name, sql])) } : {}),
    ...testDetails(node, [...inlined.keys()]),
  };
}

/** A test changed or not: its rows may be taken from life, and are kept nowhere. */
function testDetails(node: ModelNode, inlined: readonly ModelNode[]): Pick<Details, 'unit tests'> {
  const tests = [node, ...inlined].flatMap((model) =>
    model.unitTests.map(({ name, hash }) => [model === node ? name : `${model.name}: ${name}`, hash.slice(0, 12)]),
  );
  return tests.length > 0 ? { 'unit tests': Object.fromEntries(tests) } : {};
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
