import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../util/package-root.ts';

export interface Asset {
  /** In the site. */
  readonly path: string;
  /** Where it is copied from. */
  readonly from: string;
}

/** What every page loads: `theme.js` at once, scripts after it deferred; all are classic scripts, as files on disk must be. */
export const LOADED = [
  ...['site.css', 'parts.css', 'drawings.css', 'search.css', 'narrow-print.css'],
  ...['theme.js', 'search.js'],
].map((file) => `assets/${file}`);

/** What the page of the graph loads too. */
export const LOADED_BY_GRAPH = ['assets/d3.js', 'assets/dagre.js', 'assets/graph.js'];

/** All files that the site takes over as they are; `minisearch.js` is loaded by the first search. */
export function assets(): readonly Asset[] {
  const own = join(packageRoot(), 'runner', 'docs', 'assets');
  const libraries = join(packageRoot(), 'node_modules');
  return [
    ...readdirSync(own).map((file) => ({ path: `assets/${file}`, from: join(own, file) })),
    { path: 'assets/d3.js', from: join(libraries, 'd3', 'dist', 'd3.min.js') },
    { path: 'assets/dagre.js', from: join(libraries, '@dagrejs', 'dagre', 'dist', 'dagre.min.js') },
    { path: 'assets/minisearch.js', from: join(libraries, 'minisearch', 'dist', 'umd', 'index.js') },
  ];
}
