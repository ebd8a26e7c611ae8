import type { Located } from '../compile/locate.ts';
import type { Compiled } from '../compile/template.ts';
import type { Rendered, RenderOptions } from '../compile/types.ts';
import type { Env } from '../project/env.ts';
import type { ModelFile, Project } from '../project/types.ts';
import type { LocateInTest, RenderTest } from '../unit-tests/types.ts';
import { canonicalJson } from '../util/hash.ts';

type Vars = Readonly<Record<string, unknown>>;

/**
 * Renders models for unit tests. Each day with its variables has a renderer of its own, and each model is rendered once
 * by it; variables given on the command line play no part. Where all that the model read is the same, it is not rendered
 * again.
 */
export function createTestRenderer(project: Project, env: Env): RenderTest {
  const files = new Map(project.models.map((model) => [model.name, model]));
  const compiled: Compiled = new Map();
  const renderers = new Map<string, (model: ModelFile) => Rendered>();
  return async (node, asOf, vars) => {
    const options = testOptions(project, env, asOf, vars);
    if (readsTheSame(node.rendered, options, project.config.vars)) return node.rendered;
    const { createRenderer } = await import('../compile/render.ts');
    const key = canonicalJson([asOf, vars]);
    const render = renderers.get(key) ?? once(createRenderer(project, options, undefined, compiled));
    renderers.set(key, render);
    const file = files.get(node.name);
    return file ? render(file) : node.rendered;
  };
}

/** A variable has to be that of project.yml on both sides: where it lacks, each `var()` may have had another default. */
function readsTheSame({ reads }: Rendered, { vars, env, asOf }: RenderOptions, ofProject: Vars): boolean {
  const isSame = (one: unknown, other: unknown): boolean => canonicalJson([one]) === canonicalJson([other]);
  return (
    (reads.asOf === null || reads.asOf === asOf) &&
    Object.entries(reads.env).every(([name, value]) => value === env(name)) &&
    Object.entries(reads.vars).every(([name, value]) => isSame(value, vars[name]) && isSame(value, ofProject[name]))
  );
}

function once(render: (model: ModelFile) => Rendered): (model: ModelFile) => Rendered {
  const known = new Map<ModelFile, Rendered>();
  return (model) => {
    const rendered = known.get(model) ?? render(model);
    known.set(model, rendered);
    return rendered;
  };
}

/** Finds the places of what the server has against a model under test. */
export function createTestLocator(project: Project, env: Env): LocateInTest {
  return async (name, { asOf, vars }, incremental, offset): Promise<Located> => {
    const { createLocator } = await import('../compile/locate.ts');
    const model = project.models.find((file) => file.name === name);
    return model ? createLocator(project, testOptions(project, env, asOf, vars))(model, incremental, offset) : {};
  };
}

function testOptions(project: Project, env: Env, asOf: string, vars: Vars): RenderOptions {
  return { asOf, vars: { ...project.config.vars, ...vars }, env };
}
