import { createRenderer } from '../compile/render.ts';
import type { Rendered } from '../compile/types.ts';
import type { Env } from '../project/env.ts';
import type { ModelFile, Project } from '../project/types.ts';
import type { RenderTest } from '../unit-tests/types.ts';
import { canonicalJson } from '../util/hash.ts';

/**
 * Renders models for unit tests. Each day with its variables has a renderer of its own, which is kept; variables given
 * on the command line play no part.
 */
export function createTestRenderer(project: Project, env: Env): RenderTest {
  const files = new Map(project.models.map((model) => [model.name, model]));
  const renderers = new Map<string, (model: ModelFile) => Rendered>();
  return (node, asOf, vars) => {
    const key = canonicalJson([asOf, vars]);
    const render =
      renderers.get(key) ?? createRenderer(project, { asOf, vars: { ...project.config.vars, ...vars }, env });
    renderers.set(key, render);
    const file = files.get(node.name);
    return file ? render(file) : node.rendered;
  };
}
