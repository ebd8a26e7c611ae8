import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { RunnerError } from '../errors.ts';
import { assets } from './assets.ts';
import { chartSvg } from './chart-svg.ts';
import { ganttSvg } from './gantt-svg.ts';
import { graphSvg } from './graph-svg.ts';
import { pagesOf } from './pages.ts';
import { sparkSvg } from './spark-svg.ts';
import { sqlHtml } from './sql-html.ts';
import type { Site } from './types.ts';

/** What templates call for HTML that is made elsewhere. */
export const DRAWINGS = { chartSvg, ganttSvg, graphSvg, sparkSvg, sqlHtml } as const;

/** Names the files of a site, so that the next one removes what it does not have, and nothing else. */
const LIST = 'site-files.json';

export interface WriteOptions {
  /** A page of a template of `site/`. */
  readonly render: (template: string, context: object) => string;
  /** Called after each page. */
  readonly onPage: (done: number, total: number) => void;
}

/**
 * Writes a site into a folder and removes what a former site has left there.
 * @returns how many files there are
 * @throws RunnerError as `openFolder`
 */
export function writeSite(site: Site, folder: string, { render, onPage }: WriteOptions): number {
  const former = openFolder(folder);
  const pages = pagesOf(site);
  const copied = assets();
  const search = 'data/search.js';
  const files = [...pages, ...copied].map(({ path }) => path).concat(search);
  // Whenever this ends, the list names all that is there.
  writeList(folder, [...new Set([...former, ...files])]);
  for (const [index, { path, template, context }] of pages.entries()) {
    write(folder, path, render(template, context));
    onPage(index + 1, pages.length);
  }
  write(folder, search, `window.siteSearch = ${JSON.stringify(site.search)};\n`);
  for (const { path, from } of copied) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(from, join(folder, path));
  }
  const kept = new Set(files);
  for (const path of former.filter((one) => !kept.has(one))) remove(folder, path);
  writeList(folder, files);
  return files.length + 1;
}

/**
 * Makes the folder of a site where it is not there.
 * @returns the files of the site that it holds
 * @throws RunnerError `DOCS_FOLDER_UNUSABLE` when there can't be one, `DOCS_FOLDER_TAKEN` when it holds something else
 */
export function openFolder(folder: string): readonly string[] {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new RunnerError({
      code: 'DOCS_FOLDER_UNUSABLE',
      message: 'the site has no folder that it could be written to',
      file: folder,
      found: error instanceof Error ? error.message : String(error),
      hint: 'Name another folder: --out DIR. Nothing was written.',
    });
  }
  if (readdirSync(folder).length === 0) return [];
  const list = join(folder, LIST);
  if (!existsSync(list)) {
    throw new RunnerError({
      code: 'DOCS_FOLDER_TAKEN',
      message: 'the folder of the site holds files that are no site',
      file: folder,
      expected: `an empty folder, or a site that runner docs has written (with ${LIST})`,
      found: readdirSync(folder).slice(0, 3).join(', '),
      hint: 'Name another folder: --out DIR. Nothing was written.',
    });
  }
  const paths = JSON.parse(readFileSync(list, 'utf8')) as readonly string[];
  return paths.filter((path) => path === posix.normalize(path) && !path.startsWith('/') && !path.startsWith('..'));
}

function writeList(folder: string, files: readonly string[]): void {
  write(folder, LIST, `${JSON.stringify(files.toSorted(), null, 1)}\n`);
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function remove(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  const parent = posix.dirname(path);
  if (parent !== '.' && existsSync(join(folder, parent)) && readdirSync(join(folder, parent)).length === 0)
    rmdirSync(join(folder, parent));
}
