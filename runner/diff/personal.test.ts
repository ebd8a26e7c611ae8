import { describe, expect, it } from 'vitest';
import { traceProject } from '../lineage/trace-project.ts';
import { type Attempt, companyOf, SOURCES, STAFF } from '../test/policy-project.ts';
import { carries, type Traced, tagBoth, withTags } from './personal.ts';

const REPORT = "select key, team, born - born % 10 as decade from {{ ref('staff') }}";
const CONTRACT = `columns: [{name: key}, {name: team}, {name: decade}]
declassify: [{columns: decade, personal: birth, as: band, reason: Ten years.}]
`;
const BASE: Attempt = { sql: REPORT, contract: CONTRACT };
const UNTAGGED = SOURCES.replace(/\n +personal: .*/, '');
const UNTAGGED_STAFF = STAFF.replaceAll(/, personal: \w+/g, '');
const staffSql = (columns: string, source = "'hr', 'staff'"): string =>
  `{{ config(schema='vault') }}\nselect ${columns} from {{ source(${source}) }}`;

async function traced(attempt: Attempt): Promise<Traced> {
  const { graph } = companyOf(attempt);
  return { graph, lineage: await traceProject(graph) };
}

/** Columns of the report that carry personal values on each side. */
async function told(head: Attempt, base: Attempt = BASE): Promise<Readonly<Record<'base' | 'head', string>>> {
  const [before, after] = [await traced(base), await traced(head)];
  const tags = tagBoth(before, after);
  const of = (side: 'base' | 'head', { graph, lineage }: Traced): string =>
    ['key', 'team', 'decade', 'other']
      .filter((column) => carries(tags[side], lineage)({ id: graph.idOf('report') }, column))
      .join();
  return { base: of('base', before), head: of('head', after) };
}

describe('what a branch shows of persons', () => {
  it('is what the base declassifies, where nothing of it has changed', async () => {
    expect(await told({ ...BASE, files: { 'models/new.sql': "select 1 as x from {{ ref('report') }}" } })).toEqual({
      base: '',
      head: '',
    });
  });

  const payAsTeam = REPORT.replace('team', 'pay::text as team');
  const cases: Readonly<Record<string, readonly [columns: string, head: Attempt, base?: Attempt]>> = {
    'all tags are taken away': ['team,decade', { sql: payAsTeam, sources: UNTAGGED, staff: UNTAGGED_STAFF }],
    'the contract names next to nothing': [
      'team,decade',
      { sql: payAsTeam, sources: UNTAGGED, staff: 'columns: [{name: key}]\n' },
    ],
    'a model between has another name': [
      'team,decade',
      {
        sql: payAsTeam.replace('staff', 'people'),
        sources: UNTAGGED,
        staff: UNTAGGED_STAFF,
        files: { 'models/people.sql': staffSql('key, pay, born') },
      },
    ],
    'a column of the source has another name': [
      'team,decade',
      {
        sql: payAsTeam,
        sources: UNTAGGED.replace('pay', 'wage'),
        staff: UNTAGGED_STAFF,
        files: { 'models/staff.sql': staffSql('key, name, wage as pay, born, town, team') },
      },
    ],
    'the source has another name': [
      'key,team,decade',
      {
        sql: payAsTeam,
        sources: UNTAGGED.replace('staff', 'people'),
        staff: UNTAGGED_STAFF,
        files: { 'models/staff.sql': staffSql('key, name, pay, born, town, team', "'hr', 'people'") },
      },
    ],
    'a function reads the values': [
      'team',
      {
        ...BASE,
        sql: `select key, query_to_xml('select pay from vault.staff', true, false, '')::text as team, 1 as decade from {{ ref('free') }}`,
        files: { 'models/free.sql': 'select 1 as key' },
        sources: UNTAGGED,
        staff: UNTAGGED_STAFF,
      },
    ],
    'a column that its contract alone calls personal has another name': [
      'team',
      {
        sql: "select key, team2 as team from {{ ref('notes') }}",
        files: { 'models/notes.sql': "{{ config(schema='mart') }}\nselect key, team as team2 from {{ ref('staff') }}" },
      },
      {
        sql: "select key from {{ ref('notes') }}",
        files: {
          'models/notes.sql': "{{ config(schema='mart') }}\nselect key, team from {{ ref('staff') }}",
          'soda/notes.yml': 'dataset: test/test/mart/notes\ncolumns: [{name: key}, {name: team, personal: identity}]\n',
        },
      },
    ],
    'a declassified column has other SQL': [
      'decade',
      { ...BASE, sql: REPORT.replace('born - born % 10', "born || ''") },
    ],
    'a macro of it has other SQL': [
      'decade',
      {
        ...BASE,
        sql: REPORT.replace('born % 10', '{{ m() }}'),
        files: { 'macros/m.sql': '{% macro m() %}0{% endmacro %}' },
      },
      {
        ...BASE,
        sql: REPORT.replace('born % 10', '{{ m() }}'),
        files: { 'macros/m.sql': '{% macro m() %}born % 10{% endmacro %}' },
      },
    ],
    'what it is made of has other SQL': [
      'decade',
      { ...BASE, files: { 'models/staff.sql': staffSql('key, name, pay, born * 10 as born, town, team') } },
    ],
    'the branch declassifies it itself': [
      'team',
      {
        sql: payAsTeam.replace(', born - born % 10 as decade', ''),
        contract:
          'columns: [{name: key}, {name: team}]\ndeclassify: [{columns: team, personal: salary, as: flag, reason: It is wanted.}]\n',
      },
    ],
    'the base declassifies a sum': [
      'other',
      {
        sql: `select sum(pay) as other from {{ ref('staff') }}`,
        contract:
          'columns: [{name: other}]\ndeclassify: [{columns: other, personal: salary, as: sum, reason: It is wanted.}]\n',
      },
      {
        sql: `select sum(pay) as other from {{ ref('staff') }}`,
        contract:
          'columns: [{name: other}]\ndeclassify: [{columns: other, personal: salary, as: sum, reason: It is wanted.}]\n',
      },
    ],
  };
  it.each(Object.entries(cases))('is nothing more where %s', async (_what, [columns, head, base]) => {
    expect((await told(head, base)).head).toBe(columns);
  });

  it('is no narrower band by another seed', async () => {
    const sql =
      "select s.key, case when s.born >= b.a then b.a end as decade from {{ ref('staff') }} as s, {{ ref('band') }} as b";
    const banded = async (from: string): Promise<Traced> => {
      const { graph, lineage } = await traced({ ...BASE, sql, files: { 'seeds/band.csv': '' } });
      const id = graph.idOf('band');
      const node = graph.nodes.get(id);
      if (node?.type !== 'seed') throw new Error('no seed');
      const rows = [{ line: 2, cells: [from] }];
      return {
        graph: { ...graph, nodes: new Map([...graph.nodes, [id, { ...node, seed: { ...node.seed, rows } }]]) },
        lineage,
      };
    };
    const carried = async (from: string): Promise<boolean | undefined> =>
      tagBoth(await banded('1970'), await banded(from))
        .head.get('model.test.report')
        ?.carried.has('decade');
    expect([await carried('1970'), await carried('1971')]).toEqual([false, true]);
  });

  it('is masked in what is measured for a contract by what the columns carry, not by what it says', async () => {
    const head = await traced({ sql: payAsTeam, contract: CONTRACT, sources: UNTAGGED, staff: UNTAGGED_STAFF });
    const { graph } = head;
    const tags = tagBoth(await traced(BASE), head).head;
    const masked = withTags(graph, tags).nodes.get(graph.idOf('report'))?.contract?.columns;
    expect(masked?.map(({ personal }) => personal)).toEqual([null, ['salary'], ['birth']]);
  });

  it('is all in a project without a tag', async () => {
    const free: Attempt = { sql: REPORT, sources: UNTAGGED, staff: UNTAGGED_STAFF };
    expect(await told({ ...free, sql: payAsTeam }, free)).toEqual({ base: '', head: '' });
  });
});
