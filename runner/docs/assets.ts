import { join } from 'node:path';
import { packageRoot } from '../util/package-root.ts';

export interface Asset {
  /** In the site. */
  readonly path: string;
  /** Where it is copied from. */
  readonly from: string;
}

/** What every page loads, in this order; `.css` as a style sheet, `.js` as a deferred classic script. */
export const LOADED = ['assets/site.css', 'assets/site.js'] as const;

/** All files that the site takes over as they are. */
export function assets(): readonly Asset[] {
  const folder = join(packageRoot(), 'runner', 'docs', 'assets');
  return ['site.css', 'site.js'].map((file) => ({ path: `assets/${file}`, from: join(folder, file) }));
}
