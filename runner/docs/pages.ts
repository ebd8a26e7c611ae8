import { groupBy } from '../util/group-by.ts';
import { LOADED, LOADED_BY_GRAPH } from './assets.ts';
import { MENU } from './menu.ts';
import type { Site } from './types.ts';

/** A page to be rendered: its template, what it sees, and the path of its file below the site. */
export interface Page {
  readonly path: string;
  readonly template: string;
  readonly context: object;
}

/** All pages of a site. */
export function pagesOf(site: Site): readonly Page[] {
  const folders = [...groupBy(site.nodes, ({ folder }) => folder)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, nodes]) => ({ name, nodes }));
  return [
    page(site, 'index', 'index.html', site.project),
    page(site, 'graph', 'graph.html', 'Graph'),
    page(site, 'nodes', 'nodes.html', 'Nodes', { folders }),
    page(site, 'sources', 'sources.html', 'Sources'),
    page(site, 'runs', 'runs.html', 'Runs'),
    page(site, 'parameters', 'parameters.html', 'Parameters'),
    page(site, 'policy', 'policy.html', 'Policy on personal data'),
    ...site.nodes.map((node) => page(site, 'node', node.path, node.name, { node })),
    ...site.runs.map((run) => page(site, 'run', run.href, `Run ${run.id}`, { run })),
  ];
}

function page(site: Site, kind: string, path: string, title: string, more: object = {}): Page {
  const loaded = kind === 'graph' ? [...LOADED, ...LOADED_BY_GRAPH] : LOADED;
  const context = {
    site,
    kind,
    title,
    root: '../'.repeat(path.split('/').length - 1),
    menu: MENU.map(({ title, href }) => ({ title, href, isHere: href === path })),
    styles: loaded.filter((file) => file.endsWith('.css')),
    scripts: loaded.filter((file) => file.endsWith('.js')),
    ...more,
  };
  return { path, template: `${kind}.njk`, context };
}
