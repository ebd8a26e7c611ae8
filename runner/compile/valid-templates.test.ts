import { expect, it } from 'vitest';
import { projectOf } from '../test/projects.ts';
import { createRenderer } from './render.ts';

const MACROS = {
  'macros/day.sql': "{% macro day(of=as_of) %}date '{{ of }}'{% endmacro %}",
  'macros/eur.sql': "{% macro eur(x, digits=2, to='EUR') %}round({{ x }}, {{ digits }})::{{ to }}{% endmacro %}",
  'macros/both.sql':
    "{% macro both(x, y=none) %}{{ eur(x, to='a') }}{% if y %}, {{ eur(y, 3) }}{% endif %}{% endmacro %}",
  'macros/nothing.sql': '{% macro nothing(x) %}{% if x %}x{% endif %}{% endmacro %}',
  'macros/box.sql':
    '{% macro box(f) %}{% if caller %}({{ caller() }}){% else %}[{{ f or 1 }}]{% endif %}{% endmacro %}',
  'macros/rows.sql': '{% macro rows(n) %}{% if n > 0 %}{{ rows(n - 1) }},{% endif %}{{ n }}{% endmacro %}',
  'macros/named.sql': '{% macro named(range, f=day) %}{{ range }}{{ f() if f }}{% endmacro %}',
  'macros/each.sql':
    '{% macro item(x) %}<{{ x }}>{% endmacro %}{% macro each(xs) %}{% for x in xs %}{{ item(x) }}{% endfor %}{% endmacro %}',
};
const VARS = {
  number: 3,
  flag: true,
  off: false,
  zero: 0,
  empty: '',
  list: ['a', 'b'],
  map: { a: 1, b: { c: 'x' } },
  none: null,
};
const OPTIONS = { asOf: '2026-11-24', vars: VARS, env: (name: string) => ({ SET: 's' })[name] };

function rendered(template: string): string {
  const project = projectOf({ ...MACROS, 'models/m.sql': template, 'models/other.sql': 'select 1' });
  return createRenderer(project, OPTIONS)({ name: 'm', file: 'models/m.sql', template, config: {} }).body;
}

it.each([
  ['a block that is set', '{% set q %}a {{ day() }}{% endset %}{{ q }}', "a date '2026-11-24'"],
  ['a value that is set', '{% set x, y = 1 %}{{ x + y }}', '2'],
  [
    'a list that is set',
    "{% set xs = ['a', 'b'] %}{{ xs | join(', ') }}{{ xs[0] }}{{ xs.length }}{{ xs | last }}",
    'a, ba2b',
  ],
  ['a loop', "{% for x in ['a', 'b'] %}{{ x }}{{ ',' if not loop.last }}{% endfor %}", 'a,b'],
  [
    'the numbers of a loop',
    '{% for x in [7, 8] %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.length }}{% endfor %}',
    '10true221false2',
  ],
  ['a loop within a loop', '{% for x in [1, 2] %}{% for y in [1, 2] %}{{ x * y }}{% endfor %}{% endfor %}', '1224'],
  ['a loop over a map', "{% for k, v in {a: 1, 'b': 2} %}{{ k }}={{ v }};{% endfor %}", 'a=1;b=2;'],
  ['a loop over pairs', "{% for k, v in [['a', 1]] %}{{ k }}{{ v }}{% endfor %}", 'a1'],
  ['a loop over nothing', '{% for x in [] %}{{ x }}{% else %}none{% endfor %}', 'none'],
  ['a loop over numbers', '{% for i in range(1, 4) %}{{ i }}{% endfor %}{{ range(3) | length }}', '1233'],
  ['a loop over a variable', "{% for x in var('list') %}{{ x | upper }}{% endfor %}", 'AB'],
  [
    'a loop over a map in a variable',
    "{% for k, v in var('map') %}{{ k }}{% endfor %}{{ var('map').b.c }}{{ var('map')['a'] }}",
    'abx1',
  ],
  [
    'a loop over a default',
    "{% for x in var('no', ['z']) %}{{ x }}{% endfor %}{{ var('no', 0) }}{{ env('NO', '') }}",
    'z0',
  ],
  ['defined', "{% if x is defined %}a{% endif %}{% if x is not defined %}b{% endif %}{{ x | default('c') }}", 'bc'],
  [
    'tests',
    "{% if 3 is odd and 'a' is string and 4 is divisibleby(2) and x is undefined and day is callable %}a{% endif %}",
    'a',
  ],
  ['in', "{% if 'a' in var('list') and 'b' not in 'cd' and 'a' in {a: 1} %}a{% endif %}", 'a'],
  [
    'variables that are nothing',
    "{% if var('off') or var('zero') or var('empty') %}{% else %}a{% endif %}{{ var('zero') }}{{ var('empty') }}{{ var('off') }}",
    'a0false',
  ],
  [
    'is_incremental()',
    '{% if not is_incremental() %}a{% elif this %}b{% endif %}{{ 1 if is_incremental() else 2 }}',
    'a2',
  ],
  ['arguments by name', "{{ eur('x', to='USD') }} {{ eur(x='y', digits=0) }}", 'round(x, 2)::USD round(y, 0)::EUR'],
  [
    'macros that call macros',
    "{{ both('x') }} {{ both('x', 'y') }}",
    'round(x, 2)::a round(x, 2)::a, round(y, 3)::EUR',
  ],
  [
    'a default that is a word of templates',
    "{{ day() }}{{ day('x') }}{{ day(as_of | add_days(1)) }}",
    "date '2026-11-24'date 'x'date '2026-11-25'",
  ],
  ['a macro that prints nothing', 'a{{ nothing() }}{{ nothing(1) }}', 'ax'],
  ['a caller', '{% call box() %}a{{ day() }}{% endcall %}{{ box() }}{{ box(2) }}', "(adate '2026-11-24')[1][2]"],
  ['a caller in a caller', '{% call box() %}{% call box() %}a{% endcall %}{% endcall %}', '((a))'],
  ['a macro that calls itself', '{{ rows(200) | length }}', '693'],
  [
    'a macro in the model',
    "{% macro f(x, y=1) %}{{ x }}{{ y }}{% endmacro %}{{ f('a') }}{{ f('a', 2) }}{{ f('a') | upper }}",
    'a1a2A1',
  ],
  ['a macro beside a macro', "{{ each(['a', 'b']) }}", '<a><b>'],
  ['arguments named like functions', "{{ named('a') }}{{ named(1, none) }}", "adate '2026-11-24'1"],
  ['what is raw', '{% raw %}{{ x }}{% endraw %}{% raw %}{% if %}{% endraw %}', '{{ x }}{% if %}'],
  ['comments', 'a{# {{ x }} #}{#- b -#} c', 'ac'],
  ['blank control', 'a {%- if true -%} b {%- endif %}', 'ab'],
  ['ternaries', "{{ 'a' if var('flag') else 'b' }}{{ 'c' if var('off') }}{{ ('x' if 1 > 2 else 'y') | upper }}", 'aY'],
  [
    'operators',
    "{{ 7 // 2 }}{{ 7 % 2 }}{{ 2 ** 3 }}{{ -1 }}{{ 'a' ~ 1 }}{{ 'a' + 'b' }}{{ not true }}",
    '318-1a1abfalse',
  ],
  [
    'filters',
    "{{ 'a b' | replace(' ', '_') | upper | trim }}{{ [3, 1] | sort | join }}{{ 1.55 | round(1) }}{{ '2' | int + 1 }}{{ {a: 1} | dump }}",
    'A_B131.63{"a":1}',
  ],
  [
    'filters that give marked texts',
    "{{ 'a' | safe }}{{ 'a' | indent(2) }}{{ 'x' | string }}{{ '<' | escape }}",
    'aax&lt;',
  ],
  [
    'filters over maps',
    "{{ [{a: 1}, {a: 2}] | sum('a') }}{{ [{a: 'x'}] | map('a') if false }}{{ [{a: 1}] | selectattr('a') | length }}",
    '31',
  ],
  ['a filter as a block', '{% filter upper %}a{{ as_of }}{% endfilter %}', 'A2026-11-24'],
  [
    'methods',
    "{{ 'a-b'.split('-')[1] }}{{ 'ab'.toUpperCase() }}{{ var('list').concat(['c']).join('+') }}{{ 'a'.length }}",
    'bABa+b+c1',
  ],
  [
    'a method that changes',
    "{% set xs = [] %}{% if xs.push('a') %}{% endif %}{% set _ = xs.push('b') %}{{ xs | join }}",
    'ab',
  ],
  [
    'functions that are values',
    "{% set f = day %}{{ f() }}{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{% set j = joiner(',') %}{{ j() }}{{ j() }}",
    "date '2026-11-24'ab,",
  ],
  ['switch', "{% switch var('number') %}{% case 3 %}a{% default %}b{% endswitch %}", 'a'],
  ['parts of lists', "{{ [1, 2, 3].slice(1) | join }}{{ 'a,b'.split(',') | first }}", '23a'],
  ['texts with quotes', `{{ "it's" }}{{ 'a\\'b' }}{{ "a\\nb" | length }}`, "it'sa'b3"],
  [
    'config()',
    "{{ config(materialized='table', tags=['a'], indexes=[{columns: ['a'], unique: true}], persist_docs=false) }}a",
    'a',
  ],
  ['config() of what is set', "{% set t = ['a'] %}{{ config(tags=t, grants={select: t}) }}a", 'a'],
  [
    'ref() of what is computed',
    "{% for m in ['other'] %}{{ ref(m) }}{% endfor %}{{ ref('oth' ~ 'er') }}",
    '"ref:other""ref:other"',
  ],
])('renders %s', (_what, template, text) => {
  expect(rendered(template)).toBe(text);
});
