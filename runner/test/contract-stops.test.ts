import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';
import { fileEdits } from './file-edits.ts';
import { builtSample, SAMPLE_DAY } from './sample-project.ts';

const DAY = ['--as-of', '2026-03-10'] as const;
const CONTRACT = 'soda/marts/order_line.yml';
/** `order_line`, whose contract is broken, and all that reads it. */
const HELD = ['marts.order_line', 'marts.revenue', 'log.run_log', 'log.revenue_log'];

let shop: Workplace;

const { edit, mend } = fileEdits(() => shop.dir);

/** All that a reader of relations may notice, and what the runner knows of them. */
async function picture({ rows }: Workplace, relations: readonly string[]): Promise<unknown> {
  const facts = relations.map(async (relation) => [
    await rows(`select '${relation}', oid, relfilenode, relacl from pg_class where oid = '${relation}'::regclass`),
    await rows(`select * from ${relation} as t order by t::text collate "C"`),
    await rows(`select * from runs.node_state where node_id like '%.${relation.replace(/^.*\./, '')}'`),
  ]);
  return Promise.all(facts);
}

const order = '4|plum|9.00|2026-03-02';
const pipeline = (...args: string[]): Promise<Ended> => shop.runner(['pipeline', ...DAY, ...args]);
/** Names of what was built. */
const built = ({ stdout }: Ended): string =>
  [...stdout.matchAll(/ ok +\w+ +\w+\.(\w+)/g)].map(([, name]) => name).join(' ');
const ofLastRun = 'run_id = (select run_id from runs.run order by started_at desc limit 1)';

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, {
    SHOP_TOKEN: 'a-real-one',
    ORDERS: 'sources/orders.txt',
  });
  const path = join(shop.dir, CONTRACT);
  const text = readFileSync(path, 'utf8').replace(
    '{name: product, data_type: text,',
    '{name: product, data_type: text, personal: identity,',
  );
  writeFileSync(path, text);
  expect((await pipeline()).code).toBe(0);
  await shop.db.query('grant select on marts.order_line, marts.revenue, log.run_log to public');
});
beforeEach(() => {
  // What stands above the contract changes too, so that it has something to publish.
  edit('seeds/rate.csv', 'USD,1.10', 'USD,1.20');
});
afterEach(async () => {
  mend();
  expect((await pipeline()).code).toBe(0);
});
afterAll(() => shop?.close());

interface Stop {
  readonly break: () => void;
  readonly outcome: string;
  /** What a person reads, in order. */
  readonly told: RegExp;
  readonly value: string | null;
  readonly kept: string;
}

describe('a contract in the middle of the graph', () => {
  const stops: readonly (readonly [string, Stop])[] = [
    [
      'that fails',
      {
        break: () => edit('sources/orders.txt', '3|', `${order}\n${order}\n3|`),
        outcome: 'FAILED',
        told: /CHECK_FAILED soda\/marts\/order_line.yml:7\n.*duplicates of order_id: 1 duplicate in 5 rows\n.*must be 0\n.* 1\n {2}rows:\n.*order_id +product .*\n.*\n +4 +\*\*\* +9.00 .*\n +4 +\*\*\* .*\n.*Nothing of it is published/,
        value: '1',
        kept: '1 duplicate in 5 rows',
      },
    ],
    [
      'with a query that the server refuses',
      {
        break: () =>
          edit(CONTRACT, '  - row_count:', '  - failed_rows: {name: no number, expression: product::int > 0}'),
        outcome: 'NOT_EVALUATED',
        told: /CHECK_NOT_EVALUATED soda\/marts\/order_line.yml:5\n.*no number: invalid input syntax for type integer: "\*\*\*"\n.*must be 0\n.*Nothing[\s\S]*4 checks \(missing/,
        value: null,
        kept: 'invalid input syntax for type integer: "***"',
      },
    ],
    [
      'that measures the average of no rows',
      {
        break: () =>
          edit(
            CONTRACT,
            'checks: [{invalid: {valid_min: 0}}]',
            'checks: [{aggregate: {function: avg, filter: order_id < 0, threshold: {must_be_less_than: 9}}}]',
          ),
        outcome: 'NOT_EVALUATED',
        told: /CHECK_NOT_EVALUATED soda\/marts\/order_line.yml:9\n.*avg of amount: avg is NULL\n.*must be less than 9\n.*Nothing/,
        value: null,
        kept: 'avg is NULL',
      },
    ],
  ];

  it.each(stops)('%s lets nothing below it move, and the next run goes on from there', async (_what, stop) => {
    const before = await picture(shop, HELD);
    stop.break();
    const ended = await pipeline();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(stop.told);
    expect(ended.stderr).not.toMatch(/plum|apple|pear/);
    expect(ended.stdout).toMatch(/FAILED +table +marts.order_line +\d of 6 checks failed/);
    expect(ended.stdout).toMatch(/not run +view +marts.revenue +not run: order_line did not succeed/);
    expect(await picture(shop, HELD)).toEqual(before);
    expect(await shop.rows("select rate from marts.rate where currency = 'USD'")).toEqual([['1.20']]);

    const [check] = await shop.rows(
      `select outcome, value, message, engine from runs.check_result where message = $$${stop.kept}$$ and ${ofLastRun}`,
    );
    expect(check).toEqual([stop.outcome, stop.value, stop.kept, 'runner']);
    const record = await shop.rows(
      `select concat_ws(' ', r.error, n.message, n.status) from runs.run as r join runs.node_result as n using (run_id) where n.name = 'order_line' and ${ofLastRun}`,
    );
    expect(record.join()).toContain(stop.kept);
    expect(record.join()).toMatch(/order_line.yml:\d.* failed$/);
    expect(record.join()).not.toMatch(/plum|apple|pear/);

    mend();
    edit('seeds/rate.csv', 'USD,1.10', 'USD,1.20');
    const next = await pipeline();
    expect(next.code).toBe(0);
    expect(built(next)).not.toContain('rate');
    expect(built(next)).toContain('order_line');
  });

  it('says the same to other programs: check, value, threshold, place and masked rows', async () => {
    edit('sources/orders.txt', '3|', `${order}\n${order}\n3|`);
    const { stdout } = await pipeline('--log-format', 'json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; name?: string });
    const row = ['4', '***', '9.00', '2026-03-02'];
    expect(events.find(({ event, name }) => event === 'node_finished' && name === 'order_line')).toMatchObject({
      status: 'failed',
      contract: 'FAILED',
      checks: [{ path: 'columns.order_id.checks.duplicate', outcome: 'FAILED', value: '1', threshold: 'must be 0' }],
      faults: [
        {
          code: 'CHECK_FAILED',
          message: 'order_line: duplicates of order_id: 1 duplicate in 5 rows',
          file: CONTRACT,
          line: 7,
          expected: 'must be 0',
          found: '1',
          rows: { columns: ['order_id', 'product', 'amount', 'ordered_on'], rows: [row, row] },
        },
      ],
    });
    const { results } = JSON.parse(readFileSync(join(shop.dir, 'target/run_results.json'), 'utf8')) as {
      readonly results: readonly { readonly unique_id: string; readonly message: string }[];
    };
    expect(results.find(({ unique_id }) => unique_id.endsWith('order_line'))?.message).toBe(
      `CHECK_FAILED ${CONTRACT}:7: order_line: duplicates of order_id: 1 duplicate in 5 rows (must be 0)`,
    );
  });

  it('that measures a personal value tells it nowhere, nor does one that reads it from elsewhere', async () => {
    // Of the longest product, apple: 98765.
    edit(CONTRACT, '  - row_count:', '  - metric: {expression: 19753 * max(length(product)), threshold: {must_be: 1}}');
    const query = 'select 19753 * max(length(product)) from marts.order_line';
    const check = `  - metric: {query: ${query}, threshold: {must_be: 1, level: warn}}\n`;
    edit('soda/marts/rate.yml', 'columns:\n', `${check}columns:\n`);
    const person = await pipeline();
    const program = await pipeline('--log-format', 'json');
    const kept = [
      readFileSync(join(shop.dir, 'target/run_results.json'), 'utf8'),
      String(await shop.rows(`select c::text from runs.check_result as c where ${ofLastRun}`)),
      String(await shop.rows(`select n::text from runs.node_result as n where ${ofLastRun}`)),
      String(await shop.rows(`select r::text from runs.run as r where ${ofLastRun}`)),
    ];
    expect(person.stderr).toMatch(/CHECK_FAILED[\s\S]*it may tell of a person: \*\*\*\n.*must be 1\n/);
    expect(person.stdout).toMatch(/CHECK_WARNED soda\/marts\/rate.yml:\d+\n.*it may tell of a person: \*\*\*/);
    for (const text of [person.stdout, person.stderr, program.stdout, program.stderr, ...kept]) {
      expect(text).not.toContain('98765');
    }
    expect(kept[1]).toMatch(/FAILED,"?\*\*\*/);
  });

  it('that only warns is published, shown and recorded', async () => {
    edit(
      CONTRACT,
      '  - row_count:',
      '  - row_count: {name: enough, threshold: {must_be_greater_than: 50, level: warn}}',
    );
    edit('seeds/rate.csv', 'EUR,1.00', 'EUR,3.00');
    const ended = await pipeline();
    expect(ended.code).toBe(0);
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(
      /CHECK_WARNED soda\/marts\/order_line.yml:5\n.*enough: 3 rows\n.*must be greater than 50 \(warn\)\n.* 3\n.*1 warning/,
    );
    expect(built(ended)).toMatch(/order_line.* revenue/);
    expect(
      await shop.rows(`select outcome, value, threshold from runs.check_result where name = 'enough' and ${ofLastRun}`),
    ).toEqual([['WARN', '3', 'must be greater than 50 (warn)']]);
  });

  it('shows all rows at fault when told to', async () => {
    edit(
      'sources/orders.txt',
      '3|',
      `${Array.from({ length: 7 }, (_, index) => `${index + 4}|fig|-1|2026-03-01`).join('\n')}\n3|`,
    );
    const short = await pipeline();
    expect(short.stderr).toMatch(/rows: the first 5 of 7 \(all of them: --rows 0\)/);
    expect(short.stderr.match(/-1.00 +2026-03-01/g)).toHaveLength(5);
    const all = await pipeline('--rows', '0');
    expect(all.stderr.match(/-1.00 +2026-03-01/g)).toHaveLength(7);
  });
});

describe('in the sample project', () => {
  let project: Workplace;
  beforeAll(async () => {
    project = await builtSample();
  });
  afterAll(() => project?.close());

  it('a contract that fails in the middle keeps Power BI and the history as they were, and names nobody', async () => {
    const facts = async (): Promise<unknown> => [
      await project.rows(
        `select c.oid::regclass, c.oid, c.relfilenode, c.relacl, s.* from pg_class as c
         left join ops.node_state as s on s.node_id like 'model.%.' || c.relname
         where c.relnamespace = 'metier'::regnamespace and c.relkind in ('r', 'v') order by 1`,
      ),
      await project.rows('select * from metier.vue_kpi_scenario order by 1'),
      await project.rows('select count(*) from ops.histo_run'),
    ];
    const before = await facts();
    const path = join(project.dir, 'soda/metier/salarie.yml');
    const text = readFileSync(path, 'utf8');
    const query = 'select r.cle_salarie, r.nom as mode, upper(r.prenom) as p, r.bu from sec.rh_salarie r';
    writeFileSync(
      path,
      text.replace('checks:\n', `checks:\n  - failed_rows: {name: nobody, qualifier: x, query: "${query}"}\n`),
    );
    const { code, stdout, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/CHECK_FAILED soda\/metier\/salarie.yml:\d+\n.*nobody: \d+ failed rows\n.*must be 0/);
    expect(stderr).toMatch(/cle_salarie +mode +p +bu *\n.*\n +sal_\w+ +\*\*\* +\*\*\* +\S+/);
    expect(stdout).toContain('not run: salarie did not succeed');
    expect(await facts()).toEqual(before);

    writeFileSync(path, text);
    expect((await project.runner(['pipeline', ...SAMPLE_DAY])).code).toBe(0);
  });
});
