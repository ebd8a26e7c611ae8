import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';

/** The text of each file of a site, by its path. */
export type SiteFiles = ReadonlyMap<string, string>;

export function readSite(folder: string): SiteFiles {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
}

export function pagesIn(site: SiteFiles): readonly (readonly [path: string, html: string])[] {
  return [...site].filter(([path]) => path.endsWith('.html'));
}

/** Links and loaded files, also those that the search leads to, that are no file of the site or no part of its page. */
export function brokenLinks(site: SiteFiles): readonly string[] {
  const ids = new Map(
    pagesIn(site).map(([path, html]) => [path, new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id))]),
  );
  const isThere = (from: string, link: string): boolean => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? from : posix.join(posix.dirname(from), decodeURI(path));
    return site.has(target) && (anchor === undefined || ids.get(target)?.has(decodeURIComponent(anchor)) === true);
  };
  return [...pagesIn(site).flatMap(linksOf), ...searchLinks(site)]
    .filter(([from, link]) => !link.startsWith('data:') && !isThere(from, link))
    .map(([from, link]) => `${from} → ${link}`);
}

type FoundLink = readonly [from: string, link: string];

function linksOf([path, html]: readonly [string, string]): readonly FoundLink[] {
  return [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link = '']) => [path, link.replaceAll('&amp;', '&')]);
}

function searchLinks(site: SiteFiles): readonly FoundLink[] {
  const [, json = '[]'] = /^window\.siteSearch = (.*);\n$/s.exec(site.get('data/search.js') ?? '') ?? [];
  return (JSON.parse(json) as readonly { readonly href: string }[]).map(({ href }) => ['index.html', href]);
}

const VALIDATOR = new HtmlValidate(new StaticConfigLoader({ extends: ['html-validate:recommended'], root: true }));

/** What the validator says of some pages. */
export function invalidities(pages: readonly (readonly [path: string, html: string])[]): readonly string[] {
  return pages.flatMap(([path, html]) =>
    VALIDATOR.validateStringSync(html, path).results.flatMap(({ messages }) =>
      messages.map(({ line, column, message, ruleId }) => `${path}:${line}:${column} ${message} (${ruleId})`),
    ),
  );
}
