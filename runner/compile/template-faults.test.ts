import { describe, expect, it } from 'vitest';
import { type Fault, RunnerError } from '../errors.ts';
import { projectOf } from '../test/projects.ts';
import { createRenderer } from './render.ts';

const MACROS = {
  'macros/day.sql': "{% macro day() %}date '{{ as_of }}'{% endmacro %}",
  'macros/broken.sql': '{% macro broken(x) %}\n  {{ x }}\n  {{ nothing_such }}{{ reff(x) }}\n{% endmacro %}',
  'macros/outer.sql': '{% macro outer() %}{{ broken(1) }}{% endmacro %}',
  'macros/deep.sql': '{% macro deep() %}\n{{ deep() }}{{ deep() }}{% endmacro %}',
  'macros/ping.sql': '{% macro ping() %}{{ pong() }}{% endmacro %}',
  'macros/pong.sql': '{% macro pong() %}{{ ping() }}{% endmacro %}',
  'macros/count.sql':
    '{% macro count(n) %}{% if n > 0 %}{{ count(n - 1) }}{% endif %}{{ n | string | trim }}{% endmacro %}',
  'macros/box.sql': '{% macro box(f) %}{% if caller %}{{ caller() }}{% elif f %}{{ f() }}{% endif %}{% endmacro %}',
  'macros/unread.sql': '{% macro unread() %}{% endmacro %}{{ ref() }}',
};
const OPTIONS = { asOf: '2026-11-24', vars: { number: 3, flag: true }, env: () => undefined };

function faults(template: string, config = {}): readonly Fault[] {
  const others = { 'models/m.sql': template, 'models/other.sql': '', 'seeds/codes.csv': '', 'sources/s__t.x': '' };
  const project = projectOf({ ...MACROS, ...others }, { secrets: [{ name: 'TOKEN' }] });
  try {
    createRenderer(project, OPTIONS, () => undefined)({ name: 'm', file: 'models/m.sql', template, config });
  } catch (error) {
    return (error as RunnerError).faults;
  }
  return [];
}

const fault = (template: string): Fault | undefined => faults(template)[0];

/** Each fault as `line:column message`. */
const told = (template: string): readonly string[] =>
  faults(template).map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('a template error', () => {
  it.each([
    ['an unknown ref', "select 1\nfrom {{ ref('othr') }}", { line: 2, hint: 'Did you mean "other"?' }],
    ['an unknown source', "\n\n{{ source('s', 'tt') }}", { line: 3, hint: 'Did you mean "s.t"?' }],
    ['an unknown variable', "{{ var('m') }}", { line: 1, message: "var('m') has no value" }],
    ['an unset environment variable', "{{ env('NOPE') }}", { line: 1 }],
    ['a secret', "\n{{ env('TOKEN') }}", { line: 2, message: "env('TOKEN') is a secret" }],
    ['an unknown macro', 'a\nb {{ dya() }}', { line: 2, message: 'dya() is not defined', hint: 'Did you mean "day"?' }],
    [
      'an unknown name',
      'a\nb {{ as_fo }}',
      { line: 2, message: '{{ as_fo }} has no value', hint: 'Did you mean "as_of"?' },
    ],
    ['an unknown filter', 'a\nb {{ as_of | mont_start }}', { line: 2 }],
    ['an unknown tag', 'a\n{% foo %}', { line: 2, message: 'unknown block tag: foo' }],
    ['a call that is not closed', "a\n{{ ref('other' }}", { line: 2 }],
    ['a block that is not closed', 'a\n\n{% if true %}\nb', { line: 3 }],
    [
      'an unknown config key',
      "a\n{{ config(materialised='table') }}",
      { line: 2, hint: 'Did you mean "materialized"?' },
    ],
  ])('of %s has its line and a next step', (_what, template, expected) => {
    expect(fault(template)).toMatchObject({ code: 'TEMPLATE_ERROR', file: 'models/m.sql', ...expected });
    expect(fault(template)?.source).toBe(template.split('\n')[(expected.line ?? 1) - 1]);
  });

  it.each([
    ['ref() without a name', 'a {{ ref() }}', '1:6', { expected: "ref('name')", found: 'ref()' }],
    ['ref() of nothing', '{{ ref(x) }}', '1:8', { message: 'x is not defined', hint: /text stands in quotes/ }],
    ['a word of Python', '{{ config(full_refresh=False) }}', '1:24', { hint: 'Write false.' }],
    ['a condition over a name with a typo', '{% if as_off %}x{% endif %}', '1:7', { hint: 'Did you mean "as_of"?' }],
    ['a name in a longer expression', "{{ regionn ~ '_x' }}", '1:4', { message: 'regionn is not defined' }],
    ['a list in parentheses', "{% if 'a' in ('a', 'b') %}x{% endif %}", '1:14', { expected: "['a', 'b']" }],
    [
      'JavaScript within reach',
      "{{ ''['constr' ~ 'uctor'] }}",
      '1:6',
      { message: "a template can't read .constructor" },
    ],
    ['an argument too many', '{{ day(1) }}', '1:4', { message: 'day takes 0 arguments, and was given 1' }],
    ['a parameter with a typo', "{{ box(txt='a') }}", '1:8', { found: 'txt', message: 'box has no parameter txt' }],
    ['ref() of two names', "{{ ref('a', 'b') }}", '1:4', { expected: "ref('name')" }],
    ['source() without a table', "{{ source('s') }}", '1:4', { expected: "source('system', 'table')" }],
    ['a name before an argument', "{{ var(name='x') }}", '1:4', { expected: "var('name', default)" }],
    ['a macro that is not called', 'a\n{{ day }}', '2:4', { message: /not called/, hint: 'Call it: {{ day() }}' }],
    [
      'a condition that is not called',
      '{% if is_incremental %}x{% endif %}',
      '1:7',
      { hint: 'Call it: is_incremental()' },
    ],
    ['a division by zero', '{{ 1/0 }}', '1:4', { message: '{{ 1/0 }} is no number, but Infinity' }],
    ['a map', '{{ {a: 1} }}', '1:4', { message: '{{ {a: 1} }} is a map, and no text' }],
    ['a method that is not there', '{{ as_of.foo() }}', '1:4', { message: 'as_of.foo() is not defined' }],
    ['a method that fails', "{{ 'a'.repeat(-1) }}", '1:7', { message: '.repeat(-1): Invalid count value: -1' }],
    ['a value that is called', '{{ as_of() }}', '1:4', { message: 'as_of is no function' }],
    ['a filter with a typo', '{{ as_of | month_strt }}', '1:12', { hint: 'Did you mean "month_start"?' }],
    ['a filter over no day', "{{ 'x' | add_days(1) }}", '1:10', { message: 'add_days needs a day', found: 'x' }],
    ['a test that is not there', '{% if 3 is foo %}{% endif %}', '1:7', { message: 'there is no test named foo' }],
    ['another file', "a {% include 'x' %}", '1:3', { message: "x can't be read: a template stands alone" }],
  ])(
    'of %s has its line, column and a next step',
    (_what, template, place, { hint = /./, ...expected }: object & { readonly hint?: string | RegExp }) => {
      const found = fault(template);
      expect(`${found?.line}:${found?.column}`).toBe(place);
      expect(found).toMatchObject({ code: 'TEMPLATE_ERROR', source: expect.stringMatching(/./) });
      for (const [key, value] of Object.entries({ ...expected, hint }))
        expect(found?.[key as keyof Fault], key).toEqual(
          typeof value === 'string' ? value : expect.stringMatching(value),
        );
    },
  );

  it('inside a macro points at the macro, with the calls that led there', () => {
    expect(faults('a\n{{ outer() }}')).toMatchObject([
      { file: 'macros/broken.sql', line: 3, column: 6, message: '{{ nothing_such }} has no value' },
      { file: 'macros/broken.sql', line: 3, column: 24, message: 'reff() is not defined' },
    ]);
    expect(fault('a\n{{ outer() }}')?.through).toBe('called at macros/outer.sql:1:23, called at models/m.sql:2:4');
  });

  it.each(['deep', 'ping'])('of a macro that calls itself for ever, %s(), is told once', (macro) => {
    expect(faults(`{{ ${macro}() }}{{ ref('othr') }}`)).toMatchObject([
      {
        message: expect.stringMatching(/too deep: 500 calls within calls/),
        through: expect.stringMatching(/m\.sql:1:4$/),
      },
    ]);
  });

  it('is not that a macro calls itself, or that a condition asks whether there is a function', () => {
    expect(told('{{ count(240) }}{% call box() %}x{% endcall %}{{ box(day) }}')).toEqual([]);
    expect(told('{% if none and day %}{% endif %}{{ 1 if range }}{% if day() and not "day" %}{% endif %}')).toEqual([
      '1:41 range is a function, which is always true',
    ]);
    expect(
      told("{% set on = 1 %}{% if on and is_incremental %}{% endif %}{% if 'x' == day or day %}{% endif %}"),
    ).toEqual([expect.stringContaining('is_incremental is a function'), expect.stringContaining('day is a function')]);
  });

  it('does not keep others from being told, but what only follows from it is not', () => {
    const template =
      "{{ ref('othr') }}\n{{ var('none') }}{% if var('none').x > 1 %}{% endif %}{{ source('s', var('x')) }}";
    expect(told(template)).toEqual([
      "1:4 ref('othr') names no model or seed",
      "2:4 var('none') has no value",
      "2:24 var('none') has no value",
      "2:70 var('x') has no value",
    ]);
    expect(told("{{ var('none') | add_days(1) | upper }}{{ config(tags=[var('none')]) }}")).toHaveLength(2);
    expect(told("{% for x in var('none') %}{{ x.y() }}{% endfor %}")).toEqual(["1:13 var('none') has no value"]);
  });

  it.each([
    "{{ var('no').x }}",
    "{{ var('no')['x'].y() }}",
    "{{ var('no') | upper }}",
    "{{ [var('no')] | join(', ') | replace('a', var('b')) }}",
    "{% if var('no').x %}{% endif %}",
    "{% if 'a' in var('no') %}{% endif %}",
    "{% if not var('no') and var('no').x == 1 %}{% endif %}",
    "{{ 1 / var('no') }}",
    "{{ 1 - var('no').x * 2 }}",
    "{{ {a: 1}[var('no')] }}",
    "{% set x = var('no') %}{{ x.y | sum }}{{ 'a' ~ x[0] }}",
    "{% for k, v in var('no').items %}{{ v.x }}{% endfor %}",
    "{{ var('no') | default('x') | int + 1 }}",
    "{% if var('no') is string or var('no') is divisibleby(3) %}{% endif %}",
  ])('is told once of a value that is not there, whatever is done with it: %s', (template) => {
    for (const message of told(template)) expect(message).toMatch(/var\('(no|b)'\) has no value/);
    expect(told(template).length).toBeGreaterThan(0);
  });

  it('is told of both branches of is_incremental()', () => {
    const template = "{% if is_incremental() %}{{ ref('a') }}{% else %}{{ ref('b') }}{% endif %}{{ ref('c') }}";
    expect(told(template)).toEqual(['b', 'c', 'a'].map((name) => expect.stringContaining(`ref('${name}')`)));
  });

  it('of config() is told with each key at its place', () => {
    expect(told("{{ config(materialised='table',\n  tags=3, indexes=[{cols: ['a']}],\n  publish='swop') }}")).toEqual([
      '1:11 "materialised" is not a key of config()',
      '2:3 wrong value for "tags" of config()',
      '2:11 "cols" is not a key of "indexes.0"',
      '3:3 wrong value for "publish" of config()',
    ]);
    expect(told("{{ config('table') }}")).toEqual(['1:4 config() takes keys and values']);
  });

  it('in a hook is told where the hook is written, or with its text', () => {
    const hook = "select {{ ref('othr') }}";
    expect(told(`{{ config(\n  pre_hook="${hook}") }}`)).toEqual([
      "2:23 in a hook: ref('othr') names no model or seed",
    ]);
    expect(faults("{{ config(post_hook='select {{ \\'a\\' | uper }}') }}")).toMatchObject([
      { file: 'models/m.sql', source: "select {{ 'a' | uper }}", line: undefined, hint: 'Did you mean "upper"?' },
    ]);
  });

  it('in a hook of project.yml is told there, with the text of the hook', () => {
    const config = { post_hook: ['select 1,\n  {{ nothing_such }}', 'call {{ broken(1) }}'] };
    const found = faults("{{ config(materialized='table') }}", config);
    expect(found).toMatchObject([
      { file: 'project.yml', message: 'in a hook: {{ nothing_such }} has no value', found: '{{ nothing_such }}' },
      { file: 'macros/broken.sql', line: 3, column: 6, through: 'called at project.yml' },
      { file: 'macros/broken.sql', line: 3, column: 24 },
    ]);
    expect(faults('select 2', config)).toEqual(found);
  });

  it('of a macro is that it has the name of something that templates have', () => {
    const project = projectOf({ 'macros/as_of.sql': '{% macro as_of() %}1{% endmacro %}' });
    expect(() => createRenderer(project, OPTIONS)).toThrow("a macro can't be named as_of: templates have that already");
  });

  it('of a macro file is no fault of the model that calls it', () => {
    expect(faults("{{ unread() }}{{ ref('othr') }}")).toMatchObject([{ found: 'othr' }]);
    const project = projectOf({ 'macros/a.sql': MACROS['macros/unread.sql'] });
    expect(() => createRenderer(project, OPTIONS)).toThrow(RunnerError);
  });
});
