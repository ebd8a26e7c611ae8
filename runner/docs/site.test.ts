import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseContract } from '../contracts/parse.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { CheckPoint } from '../state/check-history.ts';
import type { PastRun } from '../state/run-history.ts';
import { graphOf, projectOf } from '../test/projects.ts';
import { readSite } from '../test/site.ts';
import { checksOf } from './gather-checks.ts';
import { parametersOf } from './gather-parameters.ts';
import { runsOf } from './gather-runs.ts';
import { gatherSite } from './gather-site.ts';
import type { Site } from './types.ts';
import { figureOf, secondsOf } from './words.ts';
import { writeSite } from './write-site.ts';

const FILES = {
  'seeds/rate.csv': '',
  'models/a.sql': "select a from {{ ref('rate') }}",
  'models/b.sql': 'select 1 as x',
};

function siteOf(files: Readonly<Record<string, string>>): Site {
  const [project, graph] = [projectOf(files), graphOf(files)];
  const nothing = { lineage: new Map(), sql: new Map(), target: undefined, missing: 'no server' };
  return gatherSite({ project, graph, day: '2026-03-10', ...nothing });
}

describe('the folder of a site', () => {
  const root = mkdtempSync(join(tmpdir(), 'runner-test-site-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const write = (site: Site, folder: string): number =>
    writeSite(site, join(root, folder), { render: () => 'page', onPage: () => undefined });
  const pages = (folder: string): readonly string[] =>
    [...readSite(join(root, folder)).keys()].filter((path) => !/^(assets|data)\//.test(path));

  it('loses the pages of what has gone, and keeps what somebody else has put there', () => {
    const files = write(siteOf(FILES), 'site');
    expect(readSite(join(root, 'site')).size).toBe(files);
    expect(pages('site')).toContain('nodes/b.html');
    writeFileSync(join(root, 'site/notes.txt'), 'mine');
    write(siteOf({ 'models/b.sql': 'select 1 as x' }), 'site');
    const left = pages('site');
    expect(left.filter((path) => path.startsWith('nodes/'))).toEqual(['nodes/b.html']);
    expect(left).toContain('notes.txt');
  });

  it('is refused where it holds something that is no site', () => {
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other/index.html'), 'mine');
    expect(() => write(siteOf(FILES), 'other')).toThrow('holds files that are no site');
    expect(readSite(join(root, 'other'))).toEqual(new Map([['index.html', 'mine']]));
  });

  it('is refused where there can be none', () => {
    writeFileSync(join(root, 'file'), '');
    for (const folder of ['file', 'file/site'])
      expect(() => write(siteOf(FILES), folder)).toThrow('the site has no folder that it could be written to');
  });

  it('is not left by what its list of files says', () => {
    mkdirSync(join(root, 'list'));
    writeFileSync(join(root, 'victim.txt'), 'mine');
    writeFileSync(join(root, 'list/site-files.json'), '["../victim.txt", "/etc/passwd", "a/../../victim.txt"]');
    write(siteOf(FILES), 'list');
    expect(readSite(root).get('victim.txt')).toBe('mine');
  });
});

describe('what a site tells', () => {
  const graph: Graph = graphOf(FILES);
  const node = (name: string, contract?: string): Node => {
    const found = graph.nodes.get(graph.idOf(name)) as Node;
    return contract === undefined ? found : { ...found, contract: parseContract(contract, 'soda/a.yml') };
  };

  it('each digit of a figure, as people of the place write it', () => {
    expect(figureOf('12345678901234567890.10', 'fr-FR', '€').replace(/\s/g, ' ')).toBe(
      '12 345 678 901 234 567 890,10 €',
    );
    expect(figureOf('-0.5', 'en')).toBe('-0.5');
    expect(figureOf('R&D', 'en', '€')).toBe('R&D');
    expect(figureOf(null, 'en', '€')).toBe('—');
    expect([0.114, 74.6].map(secondsOf)).toEqual(['0.11\u00a0s', '75\u00a0s']);
  });

  it('no figure of a check that measures a personal column, or a node that its reader may not see', () => {
    const measured = node(
      'a',
      `dataset: a/b/c/a
columns:
  - {name: pay, personal: salary, checks: [{aggregate: {function: max, threshold: {must_be_less_than: 9}}}]}
  - {name: n, checks: [{aggregate: {function: max, threshold: {must_be_less_than: 9}}}, {missing: }]}
`,
    );
    const point = {
      outcome: 'FAILED',
      value: '71',
      message: 'it is 71',
      threshold: 'must be less than 9',
    } as CheckPoint;
    const told = (isReadable: boolean): readonly boolean[] =>
      checksOf(
        measured,
        (measured.contract?.checks ?? []).map(({ path, type, name }) => ({
          ...{ path, type, name, nodeId: measured.id },
          points: [{ ...point, startedAt: '2026-03-10T10:00:00' }],
        })),
        isReadable,
      ).map(({ found }) => found.includes('71'));
    expect(told(true)).toEqual([false, true, true]);
    expect(told(false)).toEqual([false, false, true]);
  });

  it('settings as they were written, one of several in a line', () => {
    const files = { 'models/b.sql': "{{ config(post_hook=['select 1', 'select 2']) }} select 1 as x" };
    expect(siteOf(files).nodes[0]?.settings).toContainEqual(['post_hook', 'select 1\nselect 2']);
  });

  it('as many nodes of a run as the run did, and beside them what has no relation and was tested alone', () => {
    const own = graphOf({
      'models/e.sql': "{{ config(materialized='ephemeral') }} select 1 as x",
      'models/b.sql': 'select 1 as x',
    });
    const nothing = { offset: null, seconds: null, rows: null, changed: null, message: null, started: null };
    const results = [...own.nodes.values()].map(({ id, name }) => ({
      nodeId: id,
      name,
      status: 'success',
      ...nothing,
    }));
    const runs = [{ runId: 'r', status: 'success', seconds: null, results } as unknown as PastRun];
    const history = { runs, lastResults: new Map(), unitTests: new Map(), batches: new Map() };
    expect(runsOf(own, history)[0]?.counts).toBe('1 success, 1 tested alone');
  });

  it('parameters by scenario, each value with the day from which it holds, and no personal one', () => {
    const header = ['code', 'scenario', 'value', 'since'];
    const rows = [
      ['rate', 'base', '1', '2020-01-01'],
      ['rate', 'base', '2', '2021-01-01'],
      ['limit', 'other', null, '2020-01-01'],
    ].map((cells, line) => ({ line, cells }));
    const seeded = (contract?: string): Graph => ({
      ...graph,
      nodes: new Map([[node('rate').id, { ...node('rate', contract), seed: { ...FILE, header, rows } } as Node]]),
    });
    const grid = { row: 'code', column: 'scenario', value: 'value', since: 'since' };
    const [shown] = parametersOf(seeded(), [{ seed: 'rate', grid }]);
    expect(shown?.columns).toEqual(['code', 'base', 'other']);
    expect(shown?.rows).toEqual([
      ['rate', '1 (since 2020-01-01); 2 (since 2021-01-01)', '—'],
      ['limit', '—', '— (since 2020-01-01)'],
    ]);
    const [heir] = parametersOf(seeded(), [{ seed: 'rate', grid: { ...grid, inherits: 'base' } }]);
    expect(heir?.rows).toEqual([
      [
        'rate',
        '1 (since 2020-01-01); 2 (since 2021-01-01)',
        { inherited: '1 (since 2020-01-01); 2 (since 2021-01-01)' },
      ],
      ['limit', '—', '— (since 2020-01-01)'],
    ]);
    const contract = 'dataset: a/b/c/rate\ncolumns: [{name: value, personal: salary}]\n';
    const [masked] = parametersOf(seeded(contract), [{ seed: 'rate' }]);
    expect(masked?.rows[0]).toEqual(['rate', 'base', '***', '2020-01-01']);
  });
});

const FILE = { name: 'rate', file: 'seeds/rate.csv' };
