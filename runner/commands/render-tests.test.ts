import { expect, it } from 'vitest';
import { createRenderer } from '../compile/render.ts';
import type { ModelNode } from '../graph/types.ts';
import { projectOf } from '../test/projects.ts';
import { createTestRenderer } from './render-tests.ts';

const MODELS = {
  plain: 'select 1 as a',
  day: "select date '{{ as_of }}' as a",
  variable: "select {{ var('limit') }} as a",
  defaults: "select {{ var('other', 1) }} as a, {{ var('other', 2) }} as b",
};
const files = Object.fromEntries(Object.entries(MODELS).map(([name, sql]) => [`models/${name}.sql`, sql]));
const base = projectOf(files);
const project = { ...base, config: { ...base.config, vars: { limit: 1 } } };

/** A model of a run on another day, with another `limit` on its command line when it is given. */
async function tested(name: string, asOf: string, vars: object, limit = 1): Promise<[string, boolean]> {
  const env = (): undefined => undefined;
  const file = project.models.find((model) => model.name === name);
  if (!file) throw new Error(name);
  const rendered = createRenderer(project, { asOf: '2026-11-24', vars: { limit }, env })(file);
  const node = { name, rendered } as ModelNode;
  const ofTest = await createTestRenderer(project, env)(node, asOf, { ...vars });
  return [ofTest.body, ofTest === rendered];
}

it.each([
  ['plain', '2000-01-01', { limit: 5 }, 'select 1 as a'],
  ['day', '2026-11-24', {}, "select date '2026-11-24' as a"],
  ['variable', '2000-01-01', { unread: 5 }, 'select 1 as a'],
])('a model that reads the same in its unit test as in the run is not rendered again: %s', async (...given) => {
  const [name, asOf, vars, sql] = given;
  expect(await tested(name, asOf, vars)).toEqual([sql, true]);
});

it.each([
  ['day', '2000-01-01', {}, "select date '2000-01-01' as a"],
  ['variable', '2000-01-01', { limit: 5 }, 'select 5 as a'],
  // The last default that was read is not that of the first call.
  ['defaults', '2000-01-01', { other: 2 }, 'select 2 as a, 2 as b'],
])('a unit test has the day and the variables that it states: %s', async (name, asOf, vars, sql) => {
  expect(await tested(name, asOf, vars)).toEqual([sql, false]);
});

it('a variable of the command line plays no part in a unit test', async () => {
  expect(await tested('variable', '2000-01-01', {}, 5)).toEqual(['select 1 as a', false]);
});
