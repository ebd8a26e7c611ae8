import { createRenderer } from '../compile/render.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph } from '../graph/types.ts';
import { parseProjectConfig } from '../project/config.ts';
import type { Project } from '../project/types.ts';

/** A project made of texts, for tests that need no folder: path → content, as in `{'models/a.sql': 'select 1'}`. */
export function projectOf(files: Readonly<Record<string, string>>, config: Partial<Project['config']> = {}): Project {
  const base = parseProjectConfig('name: test\n', 'project.yml');
  const below = (folder: string) =>
    Object.entries(files)
      .filter(([file]) => file.startsWith(`${folder}/`))
      .map(([file, template]) => ({
        name: file.replace(/^.*\//, '').replace(/\.\w+$/, ''),
        file,
        template,
        config: {},
      }));
  return {
    dir: '/nowhere',
    config: { ...base, ...config },
    models: below('models'),
    macros: below('macros'),
    seeds: below('seeds').map(({ name, file }) => ({ name, file, header: ['a'], rows: [] })),
    sources: below('sources').map(({ name, template }) => {
      const [system = '', table = ''] = name.split('__');
      const requests = template ? { requests: { model: template } } : {};
      return {
        system,
        table,
        description: '',
        mode: 'replace' as const,
        loader: 'x',
        env: {},
        vars: [],
        columns: ['a'],
        ...requests,
      };
    }),
    contracts: new Map(),
    unitTests: new Map(),
  };
}

export function graphOf(files: Readonly<Record<string, string>>, config: Partial<Project['config']> = {}): Graph {
  const project = projectOf(files, config);
  const render = createRenderer(project, { asOf: '2026-11-24', vars: {}, env: () => undefined });
  return buildGraph(project, project.models.map(render));
}
