import { describe, expect, it } from 'vitest';
import { openYaml, type YamlDialect, type YamlFile } from './yaml.ts';

const codes = { syntax: 'SYNTAX', unknown: 'UNKNOWN', missing: 'MISSING', value: 'VALUE' };

function open(text: string, dialect: Partial<YamlDialect> = {}): YamlFile {
  return openYaml(text, 'a.yml', { codes, ...dialect });
}

function faults(yaml: YamlFile): readonly string[] {
  return yaml.faults().map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
}

describe('a YAML file', () => {
  it('is read as plain values, with aliases and merged maps', () => {
    const yaml = open('base: &base {a: 1, b: [x]}\nmore: {<<: *base, a: 2}\n');
    expect(yaml.value).toEqual({ base: { a: 1, b: ['x'] }, more: { a: 2, b: ['x'] } });
    expect(yaml.faults()).toEqual([]);
  });

  it('may have rules of its own for scalars without quotes', () => {
    const yaml = open('a: x\nb: "x"\n', { scalar: (text) => text.toUpperCase() });
    expect(yaml.value).toEqual({ a: 'X', b: 'x' });
  });

  it.each([
    ['a: [1\n', 'SYNTAX 2:1 Flow sequence in block collection must be sufficiently indented'],
    ['a: 1\na: 2\n', 'SYNTAX 2:1 Map keys must be unique'],
    ['a: 1\nb: {c: *none}\n', 'SYNTAX 2:8 Unresolved alias'],
    ['a: 1\nb: {<<: 1}\n', 'SYNTAX 2:5 Merge sources must be maps'],
    ['a: 1\n---\nb: 1\n', 'SYNTAX 2:1 Source contains multiple documents'],
  ])('is refused with its place when it is %j', (text, fault) => {
    const yaml = open(text);
    expect(faults(yaml)[0]).toContain(fault);
    expect(yaml.value).toBeUndefined();
  });

  it('tells a line by its path, and that of the nearest key above what is not there', () => {
    const yaml = open('a:\n  - b: 1\n  -\n    c: 2\n');
    expect([['a'], ['a', 0, 'b'], ['a', 1, 'c'], ['a', 1, 'x', 'y']].map((path) => yaml.line(path))).toEqual([
      1, 2, 4, 4,
    ]);
  });
});

describe('a map', () => {
  it('gives values of the kind asked for, and null for a key that is absent or empty', () => {
    const yaml = open('a: x\nb: true\nc: [y]\nd: y\ne:\nf: [{g: 1}]\n');
    const map = yaml.map(yaml.value, []);
    expect([map.text('a'), map.filled('a'), map.flag('b'), map.texts('c'), map.texts('d')]).toEqual([
      'x',
      'x',
      true,
      ['y'],
      ['y'],
    ]);
    expect([map.text('e'), map.flag('none'), map.list('none'), map.map('none').get('x')]).toEqual(Array(4).fill(null));
    expect(map.maps('f', ['g']).map((item) => item.get('g'))).toEqual([1]);
    expect(yaml.faults()).toEqual([]);
  });

  it('collects what is wrong, in the order of the file, each with the line and what stands there', () => {
    const yaml = open("top:\n  flga: true\n  text: 5\n  list: 'no'\n  blank: ' '\n");
    const map = yaml.map(yaml.value, [], ['top']).map('top', ['flag', 'text', 'list', 'blank', 'name']);
    map.filled('blank');
    map.list('list');
    map.text('text');
    map.missing('name', 'a text');
    expect(faults(yaml)).toEqual([
      'MISSING 1:1 "top" has no "name"',
      'UNKNOWN 2:3 "flga" is not a key of "top"',
      'VALUE 3:3 wrong value for "text" of "top"',
      'VALUE 4:3 wrong value for "list" of "top"',
      'VALUE 5:3 wrong value for "blank" of "top"',
    ]);
    expect(yaml.faults()[1]).toMatchObject({ file: 'a.yml', source: '  flga: true', hint: 'Did you mean "flag"?' });
    expect(yaml.faults()[3]).toMatchObject({ expected: 'a list', found: "'no'" });
  });

  it('says only once that it is none', () => {
    const yaml = open('a: [1, 2]\n');
    const map = yaml.map(yaml.value, []).map('a', ['b'], 'the map of a');
    map.missing('b', 'a text');
    map.map('c').missing('d', 'a text');
    expect(faults(yaml)).toEqual(['VALUE 1:1 the map of a is not a map']);
    expect(yaml.faults()[0]?.found).toBe('[1, 2]');
  });

  it('may be a value that stands in no file', () => {
    const yaml = openYaml('{}', 'config()', { codes });
    yaml.map({ tag: 1 }, [], ['tags']);
    expect(yaml.faults()).toMatchObject([{ message: '"tag" is not a key of config()', file: 'config()' }]);
  });
});
