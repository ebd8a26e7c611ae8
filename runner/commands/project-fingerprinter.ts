import { cachedRenderer } from '../compile/cached.ts';
import type { Rendered, RenderOptions } from '../compile/types.ts';
import type { Graph } from '../graph/types.ts';
import type { Cache } from '../project/cache.ts';
import type { Project } from '../project/types.ts';
import { createFingerprinter, type Fingerprinter, frozenMacros } from '../state/fingerprint.ts';

/** The fingerprints of a project. Models that are compared without some macro are rendered without it here. */
export async function projectFingerprinter(
  project: Project,
  graph: Graph,
  options: RenderOptions,
  cache: Cache,
): Promise<Fingerprinter> {
  const frozen = new Map<string, Rendered>();
  const keyOf = (name: string, macros: readonly string[]): string => [name, ...macros].join(',');
  const fingerprinter = createFingerprinter(
    graph,
    (node, macros) => frozen.get(keyOf(node.name, macros)),
    (node) => {
      if (node.type !== 'source') return { timezone: project.config.timezone };
      const { loader, mode, columns, requests, vars } = node.source;
      const active = requests?.when_env ? options.env(requests.when_env) === '1' : true;
      return { loader, mode, columns, requests, active, vars: vars.map((name) => options.vars[name] ?? null) };
    },
  );
  const renderers = new Map<string, ReturnType<typeof cachedRenderer>>();
  for (const variant of fingerprinter.variants) {
    for (const model of project.models) {
      const node = graph.nodes.get(graph.idOf(model.name));
      const macros = node?.type === 'model' ? frozenMacros(variant, node.rendered) : [];
      if (macros.length === 0) continue;
      const renderer =
        renderers.get(macros.join()) ?? cachedRenderer(project, { ...options, frozenMacros: new Set(macros) }, cache);
      renderers.set(macros.join(), renderer);
      frozen.set(keyOf(model.name, macros), await renderer.render(model));
    }
  }
  return fingerprinter;
}
