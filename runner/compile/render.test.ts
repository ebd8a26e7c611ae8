import { describe, expect, it } from 'vitest';
import { projectOf } from '../test/projects.ts';
import { bind } from './bind.ts';
import { createRenderer } from './render.ts';
import type { Rendered, RenderOptions } from './types.ts';

const MACROS = {
  'macros/day.sql': "{% macro day() %}date '{{ as_of }}'{% endmacro %}",
  'macros/month.sql': "{% macro month() %}\n  date '{{ as_of | month_start | add_months(-12) }}'\n{% endmacro %}",
  'macros/outer.sql': '{% macro outer(x) %}f({{ x }}, {{ day() }}){% endmacro %}',
  'macros/eager.sql': "{% set kept = [as_of, var('n'), ref('codes')] %}{% macro eager() %}{{ kept }}{% endmacro %}",
};

function render(template: string, options: Partial<RenderOptions> = {}): Rendered {
  const project = projectOf(
    { ...MACROS, 'models/m.sql': template, 'models/other.sql': '', 'seeds/codes.csv': '', 'sources/s__t.x': '' },
    { secrets: [{ name: 'TOKEN' }] },
  );
  const renderer = createRenderer(project, {
    asOf: '2026-11-24',
    vars: { n: 3, flag: true },
    env: (name) => (name === 'MODE' ? 'x' : undefined),
    ...options,
  });
  return renderer({ name: 'm', file: 'models/m.sql', template, config: { schema: 'folder', tags: ['t'] } });
}

describe('rendering a model', () => {
  it('leaves relations as placeholders and notes what was read', () => {
    const rendered = render(
      "select * from {{ ref('other') }} join {{ ref('codes') }} using (a), {{ source('s', 't') }}, {{ this }}",
    );
    expect(rendered.body).toBe('select * from "ref:other" join "ref:codes" using (a), "source:s.t", "this:"');
    expect(rendered).toMatchObject({ refs: ['other', 'codes'], sources: ['s.t'], macros: [] });
  });

  it('puts relations and batches in the placeholders when it is bound', () => {
    const body = 'select 1 from "ref:other", "source:s.t", "this:"';
    const { sql } = bind(body, {
      ref: (name) => ({ schema: 'x', name }),
      source: (name) => `(${name})`,
      self: { schema: 'y', name: 'm' },
    });
    expect(sql).toBe('select 1 from "x"."other", (s.t), "y"."m"');
  });

  it('knows of bound SQL where each part stands in the body', () => {
    const body = 'select é."x" from "ref:other" as o, "this:" where o.a';
    const { sql, origin } = bind(body, {
      ref: () => ({ schema: 'a much longer schema', name: 'x' }),
      source: () => '',
      self: { schema: '', name: '' },
    });
    for (const part of ['é', 'from', ' as o', 'where', 'o.a'])
      expect(origin(sql.indexOf(part))).toEqual({ offset: body.indexOf(part) });
    expect(origin(sql.indexOf('longer'))).toEqual({ offset: body.indexOf('"ref:other"') });
    expect(origin(sql.length)).toEqual({ offset: body.length });
  });

  it('puts the SQL of a model in the place of its name, and knows of each part whose it is', () => {
    const others = { source: () => 'raw', self: { schema: '', name: '' } };
    const inner = bind('select a from "source:s.t" -- b', { ...others, ref: () => others.self });
    const middle = bind('select * from "ref:inner" as i', { ...others, ref: () => ({ model: 'inner', bound: inner }) });
    const { sql, origin } = bind('with "ref:middle" x', {
      ...others,
      ref: () => ({ model: 'middle', bound: middle }),
    });
    expect(sql).toBe('with (\nselect * from (\nselect a from raw -- b\n) as i\n) x');
    expect(origin(sql.indexOf('a from'))).toEqual({ model: 'inner', offset: 7 });
    expect(origin(sql.indexOf('-- b'))).toEqual({ model: 'inner', offset: 'select a from "source:s.t" '.length });
    expect(origin(sql.indexOf('as i'))).toEqual({ model: 'middle', offset: 'select * from "ref:inner" '.length });
    expect(origin(sql.indexOf('x'))).toEqual({ offset: 'with "ref:middle" '.length });
    expect(origin(sql.indexOf('('))).toEqual({ offset: 'with '.length });
  });

  it('gives variables, environment, the day and filters over days', () => {
    expect(
      render(
        "{{ var('n') }} {{ var('none', 7) }} {{ env('MODE') }} {{ as_of | add_days(7) }} {{ day() }} {{ month() }}",
      ).body,
    ).toBe("3 7 x 2026-12-01 date '2026-11-24' date '2025-11-01'");
  });

  it('notes macros that macros call, and can leave some unread', () => {
    expect(render('{{ outer(1) }}').macros).toEqual(['outer', 'day']);
    expect(render('{{ outer(1) }}', { frozenMacros: new Set(['day']) }).body).toBe('f(1, "macro:day")');
  });

  it('notes what stands behind the text: macros, variables, environment and the day, also through macros and filters', () => {
    const none = { macros: {}, vars: {}, env: {}, asOf: null };
    expect(render('select 1').reads).toEqual(none);
    expect(render("{{ var('n') }}{{ var('none', 7) }}{{ env('MODE') }}{{ env('UNSET', 'y') }}").reads).toEqual({
      ...none,
      vars: { n: 3, none: 7 },
      env: { MODE: 'x', UNSET: 'y' },
    });
    expect(render('{{ as_of | month_start }}').reads.asOf).toBe('2026-11-24');
    expect(render('{{ outer(1) }}').reads).toEqual({
      ...none,
      macros: { outer: MACROS['macros/outer.sql'], day: MACROS['macros/day.sql'] },
      asOf: '2026-11-24',
    });
    expect(render('{{ outer(1) }}', { frozenMacros: new Set(['day']) }).reads.asOf).toBeNull();
    expect(render("{% if is_incremental() %}{{ var('n') }}{% endif %}").reads.vars).toEqual({ n: 3 });
  });

  it("takes what a macro's file reads outside of its macro for read by all that call it", () => {
    const { refs, reads } = render('{{ eager() }}');
    expect(refs).toEqual(['codes']);
    expect(reads).toMatchObject({ vars: { n: 3 }, asOf: '2026-11-24' });
  });

  it('puts config() over the configuration of the folder', () => {
    const { config } = render(
      "{{ config(materialized='table', unique_key='id', indexes=[{columns: ['a'], unique: true}]) }}select 1",
    );
    expect(config).toEqual({
      schema: 'folder',
      tags: ['t'],
      materialized: 'table',
      unique_key: ['id'],
      indexes: [{ columns: ['a'], unique: true }],
    });
  });

  it('renders both branches of is_incremental() and the refs of both', () => {
    const rendered = render("{% if is_incremental() %}a {{ ref('other') }}{% else %}b {{ ref('codes') }}{% endif %}");
    expect([rendered.body, rendered.incrementalBody]).toEqual(['b "ref:codes"', 'a "ref:other"']);
    expect([...rendered.refs].sort()).toEqual(['codes', 'other']);
  });
});

describe('the hash of a model', () => {
  const hash = (template: string, frozen: readonly string[] = []): string =>
    render(template, { frozenMacros: new Set(frozen) }).treeHash;

  it('is the same with another comment, another layout, or a `;` at the end', () => {
    expect(hash("-- why\nselect a from {{ ref('other') }};")).toBe(hash("select\n  A\nfrom {{ ref('other') }} -- so"));
  });

  it('is another with another literal, also in the body of is_incremental() alone', () => {
    expect(hash("select 'a'")).not.toBe(hash("select 'b'"));
    const incremental = (value: string): string => `select 1 {% if is_incremental() %}where a > ${value}{% endif %}`;
    expect(hash(incremental('1'))).not.toBe(hash(incremental('2')));
    expect(hash(incremental('1'))).toBe(hash(incremental('/* from */ 1')));
  });

  it('tells names apart that PostgreSQL would cut to the same', () => {
    const name = (end: string): string => `${'n'.repeat(70)}${end}`;
    const of = (end: string): string => {
      const project = projectOf({ [`models/${name(end)}.sql`]: '', 'models/m.sql': '' });
      const template = `select * from {{ ref('${name(end)}') }}`;
      const options = { asOf: '2026-11-24', vars: {}, env: () => undefined };
      return createRenderer(project, options)({ name: 'm', file: 'm.sql', template, config: {} }).treeHash;
    };
    expect(of('a')).not.toBe(of('b'));
  });

  it('without a macro does not see what the macro gives, even where no name may stand', () => {
    const parses = (day: string): string =>
      render('select {{ day() }}', { asOf: day, frozenMacros: new Set(['day']) }).treeHash;
    expect(parses('2026-01-01')).toBe(parses('2026-01-02'));
    expect(hash('select {{ day() }} -- x', ['day'])).toBe(hash('select {{ day() }}', ['day']));
    const template = 'select interval {{ day() }}';
    expect(hash(template, ['day'])).toBe(hash(template, ['day']));
    expect(hash(template, ['day'])).not.toBe(hash(`${template} as a`, ['day']));
  });
});
