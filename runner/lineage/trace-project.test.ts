import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '../commands/load-project.ts';
import type { Graph } from '../graph/types.ts';
import { type Cache, NO_CACHE } from '../project/cache.ts';
import { originsOf, readersOf } from './origins.ts';
import { traceProject } from './trace-project.ts';
import type { ColumnRef, Lineage } from './types.ts';

const LONG = 'a_name_that_is_so_long_that_a_parser_which_keeps_63_bytes_cuts_it';

const FILES: Readonly<Record<string, string>> = {
  'project.yml': 'name: p\ndata_source: p\ndatabase: p\nmodels: {a: {schema: a}}\n',
  'sources/sources.yml': `sources:
  shop:
    description: Landed.
    tables:
      orders: {description: Landed., loader: sources/load.js, columns: [id, amount]}
  ext:
    description: Of another program.
    schema: public
    tables:
      other: {description: Not landed., columns: [id]}
`,
  'sources/load.js': 'export default () => [];\n',
  'seeds/rates.csv': 'code,rate\na,1\n',
  'models/a/base.sql': "select *, amount::numeric * 2 as twice from {{ source('shop', 'orders') }}\n",
  'models/a/kept.sql': `{{ config(materialized='incremental', unique_key=['id']) }}
select id, amount from {{ ref('base') }}
{% if is_incremental() %}
union all
select kept.id, rates.rate from {{ this }} join {{ ref('rates') }} on kept.id = rates.code
{% endif %}
`,
  'models/a/inline.sql':
    "{{ config(materialized='ephemeral') }}\nselect max(amount) as top, twice from {{ ref('base') }} group by twice\n",
  'models/a/stated.sql': "select base.id, twice as extra from {{ ref('base') }}\n",
  'soda/a/stated.yml':
    'dataset: p/p/a/stated\ncolumns:\n  - name: id\n    data_type: text\n  - name: lost\n    data_type: text\n',
  'models/a/reader.sql':
    "select top, inline.twice, s.lost from {{ ref('inline') }} join {{ ref('stated') }} s on s.extra = inline.twice\n",
  [`models/a/${LONG}.sql`]: "select id as k from {{ source('ext', 'other') }}\n",
  [`models/a/${LONG}_2.sql`]: `select k from {{ ref('${LONG}') }}\n`,
  'models/a/two_long.sql': `select x.k from {{ ref('${LONG}') }} x, {{ ref('${LONG}_2') }} y\n`,
};

const dir = mkdtempSync(join(tmpdir(), 'lineage-'));
let graph: Graph;
let lineage: Lineage;
beforeAll(async () => {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(join(dir, dirname(file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  const signal = new AbortController().signal;
  ({ graph } = await loadProject({ projectDir: dir, threads: 1, failFast: false, argv: '', signal }));
  lineage = await traceProject(graph);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const nameOf = ({ node, column }: ColumnRef): string => `${graph.nodes.get(node)?.name}.${column}`;
const columnsOf = (model: string): readonly string[] =>
  (lineage.get(graph.idOf(model))?.columns ?? []).map(({ column, from, unresolved }) =>
    [column, ...from.map((ref) => `${ref.how} ${nameOf(ref)}`), ...unresolved].join(' | '),
  );

describe('the lineage of a project', () => {
  it('knows what landing adds to the columns of a source', () => {
    expect(columnsOf('base')).toEqual([
      'batch_id | copy shop.orders.batch_id',
      'row_number | copy shop.orders.row_number',
      'loaded_at | copy shop.orders.loaded_at',
      'id | copy shop.orders.id',
      'amount | copy shop.orders.amount',
      'twice | computed shop.orders.amount',
    ]);
  });

  it('joins what an incremental model does the first time with what it does afterwards', () => {
    expect(columnsOf('kept')).toEqual([
      'id | copy base.id | copy kept.id',
      'amount | copy base.amount | copy rates.rate',
    ]);
    expect(lineage.get(graph.idOf('kept'))?.conditions.map(nameOf)).toEqual(['kept.id', 'rates.code']);
  });

  it('has the names of a contract, and says where the SQL has others', () => {
    expect(columnsOf('stated')).toEqual([
      'id | copy base.id',
      'extra | copy base.twice | its contract has no such column',
      'lost | its SQL gives no such column',
    ]);
  });

  it('goes through an ephemeral model by its own columns', () => {
    expect(columnsOf('reader')).toEqual([
      'top | copy inline.top',
      'twice | copy inline.twice',
      'lost | copy stated.lost',
    ]);
  });

  it('knows two names that the parser cuts to the same, and says so where both are read', () => {
    expect(columnsOf(`${LONG}_2`)).toEqual([`k | copy ${LONG}.k`]);
    expect(columnsOf('two_long')[0]).toMatch(/^k \| ref:a_name_that\S+ is no relation of this project$/);
  });

  it('finds the origins of a column with the way there, and what could not be traced on it', () => {
    const { origins, unresolved } = originsOf(lineage, { node: graph.idOf('reader'), column: 'twice' });
    expect(origins.map(({ path, ...origin }) => [origin.how, nameOf(origin), path.map(nameOf)])).toEqual([
      ['computed', 'shop.orders.amount', ['reader.twice', 'inline.twice', 'base.twice', 'shop.orders.amount']],
    ]);
    expect(unresolved).toEqual([]);
    expect(originsOf(lineage, { node: graph.idOf('reader'), column: 'lost' })).toEqual({
      origins: [],
      unresolved: [{ at: { node: graph.idOf('stated'), column: 'lost' }, why: 'its SQL gives no such column' }],
    });
  });

  it('finds the readers of a column, a model that reads itself among them', () => {
    const readers = readersOf(lineage, { node: graph.idOf('kept'), column: 'id' });
    expect(readers.map((ref) => `${ref.how} ${nameOf(ref)}`)).toEqual(['copy kept.id']);
    const { origins } = originsOf(lineage, { node: graph.idOf('kept'), column: 'id' });
    expect(origins.map(nameOf)).toEqual(['shop.orders.id']);
  });

  it('is kept, and made anew for what changed and for what reads its columns', async () => {
    const kept = new Map<string, unknown>();
    let made = 0;
    const cache: Cache = {
      ...NO_CACHE,
      async memo<T>(kind: string, key: readonly unknown[], compute: () => Promise<T>): Promise<T> {
        const text = JSON.stringify([kind, key]);
        if (!kept.has(text)) {
          made += 1;
          kept.set(text, JSON.parse(JSON.stringify(await compute())));
        }
        return kept.get(text) as T;
      },
    };
    expect(await traceProject(graph, cache)).toEqual(lineage);
    expect(made).toBe(lineage.size);
    await traceProject(graph, cache);
    expect(made).toBe(lineage.size);
    const base = graph.nodes.get(graph.idOf('base'));
    if (base?.type !== 'model') throw new Error('base is no model');
    const body = base.rendered.body.replace('* 2', '* 3');
    const sameColumns = { ...base, rendered: { ...base.rendered, body, incrementalBody: body, treeHash: 'of it' } };
    await traceProject({ ...graph, nodes: new Map(graph.nodes).set(base.id, sameColumns) }, cache);
    expect(made).toBe(lineage.size + 1);
  });
});
