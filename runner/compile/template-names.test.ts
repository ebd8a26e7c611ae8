import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';
import { parametersOf, strays, type TemplateNode } from './template-names.ts';

const { parser } = nunjucks as unknown as { parser: { parse(text: string): TemplateNode } };
/** @param known what every template has */
const found = (text: string, ...known: readonly string[]): readonly string[] => {
  const { names, lists } = strays(parser.parse(text));
  return [...names.filter(({ value }) => !known.includes(String(value))), ...lists].map(
    ({ value, lineno, colno }) => `${value ?? '(,)'}:${lineno + 1}:${colno + 1}`,
  );
};

describe('a name that nothing gives a value', () => {
  it.for([
    ["{{ config(full_refresh=False, tags=['x']) }}", 'False:1:24'],
    ['\n  {% if execute %}1{% endif %}', 'execute:2:9'],
    ["{{ regionn ~ '_x' }}", 'regionn:1:4'],
    ['{{ undefd | upper }}', 'undefd:1:4'],
    ['{% for i in undefd %}{{ i }}{% endfor %}', 'undefd:1:13'],
    ["{{ [1, undefd] | join(',') }}", 'undefd:1:8'],
    ["{{ var('flag') == True }}", 'True:1:19'],
    ['{% macro m(a, b=c) %}{% endmacro %}', 'c:1:17'],
    ['{% if a.b is defined %}{% endif %}', 'a:1:7'],
    ['{{ x | default(y) }}', 'y:1:16'],
  ] as const)('is found: %s', ([text, place]) => expect(found(text, 'config', 'var')).toEqual([place]));

  it.for([
    '{% set a = 1 %}{% set b, c = a %}{{ a ~ b ~ c }}',
    '{% set text %}a{% endset %}{{ text | upper }}',
    '{% for k, v in {a: 1, b: 2} %}{{ k ~ v ~ loop.last }}{% endfor %}',
    '{% for i in range(3) %}{{ i + 1 }}{% endfor %}',
    '{% macro m(col, thr=5) %}{{ col ~ thr }}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}',
    "{% call(item) m('1') %}{{ item | upper }}{% endcall %}",
    "{% if x is defined %}1{% endif %}{% if x is not defined %}2{% endif %}{{ x | default('y') | upper }}",
    '{{ true and false or none }}{{ (1 + 2) * 3 }}',
    '{{ told() }}{{ told }}',
    '{% raw %}{{ no ~ name }}{% endraw %}{# no ~ name #}',
    "{{ {key: 1}.key }}{{ ref('a').b | upper }}",
  ])('is no other: %s', (text) => expect(found(text, 'ref', 'range', 'm')).toEqual([]));
});

it('a list in parentheses is found, of which only the last would count', () => {
  expect(found("{% if 'a' in ('a', 'b') %}{% endif %}{{ ((1 + 2)) }}")).toEqual(['(,):1:14']);
});

it('the parameters of a macro are those of its definition', () => {
  const root = parser.parse('{% macro other(x) %}{% endmacro %}{% macro m(a, b, c=1, d=[2]) %}{% endmacro %}');
  expect([...parametersOf(root)]).toEqual([
    ['other', ['x']],
    ['m', ['a', 'b', 'c', 'd']],
  ]);
});
