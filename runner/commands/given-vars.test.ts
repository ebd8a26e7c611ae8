import { describe, expect, it } from 'vitest';
import { graphOf, projectOf } from '../test/projects.ts';
import { overlaid, requireKnownVars } from './given-vars.ts';

const check = (name: string, files: Readonly<Record<string, string>>, vars = {}): void =>
  requireKnownVars([name], projectOf(files, { vars }), graphOf(files), '');

describe('a variable of the command line', () => {
  it.each([
    ['is named in a loop', "select 1{% for v in ['aa', 'bb'] %}, {{ var(v, '0') }}{% endfor %}"],
    ['has a computed name', "select {{ var('b' ~ 'b', '0') }}"],
    ['is named by a hook', "{{ config(post_hook=\"select '{{ var('b' ~ 'b', 0) }}'\") }}select 1"],
    ['stands in a branch that is not taken', "select 1{% if false %}, {{ var('bb', '0') }}{% endif %}"],
  ])('is known that %s', (_how, sql) => {
    expect(() => check('bb', { 'models/a.sql': sql })).not.toThrow();
  });

  it('is refused that nothing reads', () => {
    expect(() => check('bc', { 'models/a.sql': "select {{ var('bb', '0') }}" })).toThrow(
      '--vars bc: nothing reads a variable of that name',
    );
  });

  it('with a dot changes one key of a map', () => {
    const declared = { volume: { scenario: 'low', rows: { max: 5 } }, plain: 1, 'a.b': 2 };
    expect(overlaid(declared, { 'volume.scenario': 'high', 'volume.rows.max': 9, 'a.b': 3, plain: 4 })).toEqual({
      volume: { scenario: 'high', rows: { max: 9 } },
      plain: 4,
      'a.b': 3,
    });
    expect(overlaid(declared, { volume: 'x' }).volume).toBe('x');
  });

  it('with a dot is refused where the map has no such key', () => {
    const vars = { volume: { scenario: 'low' } };
    expect(() => check('volume.scenario', {}, vars)).not.toThrow();
    expect(() => check('volume.scenari', {}, vars)).toThrow('--vars volume.scenari: nothing reads');
  });
});
