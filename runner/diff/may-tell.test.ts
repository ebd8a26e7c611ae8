import { expect, it } from 'vitest';
import { buildDag } from '../graph/dag.ts';
import type { Graph } from '../graph/types.ts';
import { otherSql } from './may-tell.ts';
import { modelOf } from './testing.ts';

/** A figure of salaries and of who has a right to them; whose they are stands in `members`. */
const EDGES = {
  pay: [],
  rules: [],
  right: ['rules', 'pay'],
  members: ['right'],
  benefit: ['right'],
  total: ['right', 'pay'],
  figure: ['total', 'members', 'benefit'],
  unread: ['figure'],
};

function graphOf(
  bodies: Readonly<Record<string, string>> = {},
  edges: Readonly<Record<string, readonly string[]>> = EDGES,
): Graph {
  const id = (name: string): string => `model.p.${name}`;
  const nodes = Object.keys(edges).map((name) => modelOf({ schema: 's', name }, undefined, bodies[name]));
  const dag = buildDag(new Map(Object.entries(edges).map(([name, parents]) => [id(name), parents.map(id)])));
  return { nodes: new Map(nodes.map((node) => [node.id, node])), dag, idOf: id, selectors: new Map() };
}

const changed = (head: Graph, members: string | null = 'model.p.members'): readonly string[] =>
  otherSql(graphOf(), head, 'model.p.figure', members, ({ name }) => ['pay', 'total', 'figure', 'leak'].includes(name));

it('a change of who has a right is no other SQL: it is counted who the members are', () => {
  expect(changed(graphOf({ right: 'x', rules: 'y', unread: 'z' }))).toEqual([]);
});

it.each(['pay', 'members', 'benefit', 'total', 'figure'])('a change of %s may add up anything', (name) => {
  expect(changed(graphOf({ [name]: 'where id <> 7' }))).toEqual([name]);
});

it('without members any change may', () => {
  expect(changed(graphOf({ right: 'x' }), null)).toEqual(['right']);
});

it('so may a model that comes between, or goes, unless it holds nothing personal and only decides who the members are', () => {
  expect(changed(graphOf({}, { ...EDGES, beside: [], total: ['right', 'pay', 'beside'] }))).toEqual(['beside']);
  expect(changed(graphOf({}, { ...EDGES, leak: ['pay'], rules: ['leak'] }))).toEqual(['leak']);
  expect(changed(graphOf({}, { ...EDGES, helper: [], rules: ['helper'] }))).toEqual([]);
  const { benefit: _, ...without } = EDGES;
  expect(changed(graphOf({}, { ...without, figure: ['total', 'members'] }))).toEqual(['benefit']);
});
