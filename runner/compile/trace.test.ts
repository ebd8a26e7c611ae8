import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProject } from '../project/read-project.ts';
import type { ModelFile, Project } from '../project/types.ts';
import { ROOT } from '../test/cli.ts';
import { projectOf } from '../test/projects.ts';
import { lineOf } from '../util/places.ts';
import { createLocator, type Located } from './locate.ts';
import { createTracer } from './render.ts';
import type { RenderOptions } from './types.ts';

const OPTIONS: RenderOptions = { asOf: '2026-11-24', vars: { n: 3 }, env: () => undefined };
const MACROS = {
  'macros/round.sql':
    '{#- why -#}\n{%- macro round(column, rate=1) -%}\n  round({{ column }} * {{ rate }}, 2)\n{%- endmacro -%}\n',
  'macros/outer.sql': '{% macro outer(x) %}\n  f(\n    {{ round(x) }},\n    {{ x | upper }}\n  )\n{% endmacro %}',
  'macros/day.sql': "{% macro day() %}date '{{ as_of }}'{% endmacro %}",
};

function model(template: string): { readonly project: Project; readonly model: ModelFile } {
  const project = projectOf({ ...MACROS, 'models/m.sql': template, 'models/other.sql': '' });
  return { project, model: { name: 'm', file: 'models/m.sql', template, config: {} } };
}

/** Where the first `sought` of the rendered text came from. */
function locate(template: string, sought: string): Located {
  const { project, model: file } = model(template);
  const text = createTracer(project, OPTIONS)(file, false)?.text ?? '';
  expect(text).toContain(sought);
  return createLocator(project, OPTIONS)(file, false, text.indexOf(sought));
}

const at = ({ file, line, column }: Located): string => `${file}:${line}:${column}`;

describe('the place of a piece of a rendered model', () => {
  it.each([
    ['a text', 'select a\n  from b', 'from b', 'models/m.sql:2:3'],
    ['a text after an expression', "select {{ var('n') }}, abc", 'abc', 'models/m.sql:1:24'],
    ['a printed value', "select a,\n  {{ var('n') }} + 1", '3', 'models/m.sql:2:3'],
    ['a relation', "select a\nfrom  {{ ref('other') }} as o", '"ref:other"', 'models/m.sql:2:7'],
    ['a text in a block', '{% if true %}\n  a,\n  b\n{% endif %} c', 'b', 'models/m.sql:3:3'],
    [
      'a text in a loop',
      "{% for c in ['x', 'y'] %}\n  sum({{ c }}) as s_{{ c }},\n{% endfor %}1",
      's_y',
      'models/m.sql:2:19',
    ],
    ['a value in a loop', "{% for c in ['x', 'y'] %}\n  {{ c }},\n{% endfor %}1", 'y', 'models/m.sql:2:3'],
    [
      'a text kept by a set block',
      '{% set q %}\n  inner text\n{% endset %}\nselect ({{ q }})',
      'text',
      'models/m.sql:2:9',
    ],
    ['a text after stripped blank', 'select\n  {%- if true %}\n  a\n  {%- endif -%}\n  ,  b', 'b', 'models/m.sql:5:6'],
    ['a value that strips its blank', "a  {{- var('n') -}}  \n b", '3', 'models/m.sql:1:4'],
    ['a text on a line after CRLF', "select a,\r\n  b,\r\n  {{ var('n') }} as c", 'as c', 'models/m.sql:3:18'],
    ['a text after accents and emoji', "select 'é😀' as x, y {# no #}", 'y', 'models/m.sql:1:20'],
    ['a text between raw tags', 'a {% raw %}{{ b }}{% endraw %} c', 'c', 'models/m.sql:1:32'],
    [
      'the text of a macro of the same file',
      '{% macro own() %}\n own{% endmacro %}x {{ own() }}',
      'own',
      'models/m.sql:2:2',
    ],
  ])('of %s', (_what, template, sought, place) => {
    const located = locate(template, sought);
    expect(at(located)).toBe(place);
    expect(located.source).toBe(lineOf(template, located.line ?? 0));
  });

  it('in a macro is told with the call', () => {
    const located = locate("select a,\n  {{ round('amount') }}", 'round(');
    expect(at(located)).toBe('macros/round.sql:3:3');
    expect(located).toMatchObject({
      source: '  round({{ column }} * {{ rate }}, 2)',
      through: 'called at models/m.sql:2:3',
      found: 'round(amount * 1, 2)',
    });
  });

  it('in a macro that a macro calls is told with both calls', () => {
    const located = locate("select\n  {{ outer('amount') }}", 'round(');
    expect(at(located)).toBe('macros/round.sql:3:3');
    expect(located.through).toBe('called at macros/outer.sql:3:5, called at models/m.sql:2:3');
  });

  it('of an argument is where it is written, and not where the macro prints it', () => {
    const located = locate("select a,\n  {{ round('o.amount', 'r.rate') }} as x", 'r.rate');
    expect(at(located)).toBe('models/m.sql:2:25');
    expect(located.through).toBe('printed at macros/round.sql:3:24');
    expect(at(locate("select {{ round('o.amount') }}", 'amount'))).toBe('models/m.sql:1:20');
  });

  it('of a macro given to a macro is in the macro given', () => {
    const located = locate('select\n  {{ round(day()) }}', 'date');
    expect(at(located)).toBe('macros/day.sql:1:18');
    expect(located.through).toBe('called at macros/round.sql:3:9, called at models/m.sql:2:3');
  });

  it('of what a filter made is where it is printed', () => {
    expect(at(locate("select {{ outer('amount') }}", 'AMOUNT'))).toBe('macros/outer.sql:4:5');
  });

  it('at the end is after the last character', () => {
    const { project, model: file } = model('select (\n  1\n');
    expect(at(createLocator(project, OPTIONS)(file, false, 'select (\n  1'.length))).toBe('models/m.sql:2:4');
  });

  it('is the file alone where the marks would change what is rendered', () => {
    const { project, model: file } = model("{% set x %}a{% endset %}{% if x == 'a' %}1{% else %}2{% endif %}");
    expect(createLocator(project, OPTIONS)(file, false, 0)).toEqual({ file: 'models/m.sql' });
  });

  it('is known in the body of is_incremental() too', () => {
    const { project, model: file } = model('{% if is_incremental() %}\n then\n{% else %}\n els\n{% endif %}');
    const locator = createLocator(project, OPTIONS);
    expect([at(locator(file, true, 0)), at(locator(file, false, 0))]).toEqual(['models/m.sql:2:2', 'models/m.sql:4:2']);
  });
});

describe.each([
  ['the project', ROOT],
  ['the shop', join(ROOT, 'runner/test/fixtures/shop')],
])('every model of %s', async (_name, dir) => {
  const project = await readProject(dir);
  const options = { ...OPTIONS, vars: project.config.vars };
  const templates = new Map([...project.models, ...project.macros].map(({ file, template }) => [file, template]));
  const trace = createTracer(project, options);

  it.each(project.models.map((file) => [file.name, file] as const))('%s is traced to the letter', (_model, file) => {
    const traced = trace(file, false);
    const wrong = (traced?.text ?? 'not traced').split('').flatMap((letter, offset) => {
      const origin = traced?.at(offset);
      const [place] = origin?.places ?? [];
      if (letter.trim() === '' || origin?.printed) return [];
      const found = place && lineOf(templates.get(place.file) ?? '', place.line)[place.column - 1];
      return found === traced?.text[offset] ? [] : [[offset, letter, place]];
    });
    expect(wrong).toEqual([]);
  });
});
