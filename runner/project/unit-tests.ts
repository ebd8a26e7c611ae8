import { basename } from 'node:path';
import { isDay } from '../util/dates.ts';
import { hashOf } from '../util/hash.ts';
import type { Path } from '../util/yaml.ts';
import { isRecord, type MapReader } from '../util/yaml-map.ts';
import { TESTS_ENDING } from './names.ts';
import { readTestCsv } from './test-csv.ts';
import { cellOf, plainScalar, plainValue } from './test-values.ts';
import type { TestRow, TestRows, UnitTest } from './types.ts';
import { type ProjectYaml, readYaml } from './yaml.ts';

const TEST_KEYS = ['name', 'description', 'as_of', 'vars', 'given', 'expect'];
const DEFAULT_KEYS = ['as_of', 'vars', 'given'];

/** The unit tests of one model, which the file is named after. */
export interface UnitTestFile {
  readonly model: string;
  readonly file: string;
  readonly tests: readonly UnitTest[];
}

/**
 * `<model>.tests.yml`: a list of tests, or a map with `tests` and the `defaults` that they share. Whether the inputs and
 * columns exist is not known here.
 * @throws RunnerError `YAML_SYNTAX` or `CONFIG_INVALID`, every fault with its line
 */
export function parseUnitTests(text: string, file: string): UnitTestFile {
  const yaml = readYaml(text, file, plainScalar);
  const bare = Array.isArray(yaml.value);
  const top = bare ? undefined : yaml.map(yaml.value, [], ['defaults', 'tests']);
  const defaults = top?.map('defaults', DEFAULT_KEYS);
  const items = (bare ? (yaml.value as readonly unknown[]) : top?.list('tests')) ?? [];
  if (items.length === 0) top?.missing('tests', 'a list of tests');
  const shared = defaults ? sharedParts(yaml, defaults) : NOTHING;
  const names = new Set<string>();
  const tests = items.map((item, index) => {
    const map = yaml.map(item, bare ? [index] : ['tests', index], TEST_KEYS, `unit test ${index + 1}`);
    const name = map.filled('name') ?? map.missing('name', 'what is tested, in words') ?? '';
    if (name !== '' && names.has(name))
      map.fault({ message: `two unit tests are named "${name}"`, found: name, hint: 'Rename one.' }, 'name');
    names.add(name);
    map.missing('expect', 'the rows, [] for none');
    const own = sharedParts(yaml, map);
    const expected = readRows(yaml, map.get('expect') ?? [], [...map.path, 'expect']);
    const written = map.get('expect');
    if (
      Array.isArray(written) &&
      written.length > 0 &&
      written.every((row) => isRecord(row) && Object.keys(row).length === 0)
    )
      map.fault(
        { message: 'the rows expected name no column', hint: 'Name those that are to be compared; [] for no row.' },
        'expect',
      );
    const test = {
      name,
      file,
      line: yaml.line(map.path),
      description: map.text('description'),
      asOf: own.asOf ?? shared.asOf,
      vars: { ...shared.vars, ...own.vars },
      given: { ...shared.given, ...own.given },
      expect: expected,
    };
    return { ...test, hash: hashOf(contentOf(test)) };
  });
  yaml.done();
  return { model: basename(file, TESTS_ENDING), file, tests };
}

/** A test without its place and description. */
function contentOf({ name, asOf, vars, given, expect }: Omit<UnitTest, 'hash'>): unknown {
  const cells = ({ rows }: TestRows): unknown => rows.map((row) => row.cells);
  const inputs = Object.fromEntries(Object.entries(given).map(([input, rows]) => [input, cells(rows)]));
  return { name, asOf, vars, given: inputs, expect: cells(expect) };
}

type Shared = Pick<UnitTest, 'asOf' | 'vars' | 'given'>;
const NOTHING: Shared = { asOf: null, vars: {}, given: {} };

function sharedParts(yaml: ProjectYaml, map: MapReader): Shared {
  const vars = map.map('vars').value;
  const given = map.map('given');
  return {
    asOf: map.read(
      'as_of',
      (value) => (typeof value === 'string' && isDay(value) ? value : undefined),
      'a day, YYYY-MM-DD',
    ),
    vars: Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, plainValue(value)])),
    given: Object.fromEntries(
      Object.entries(given.value).map(([input, value]) => [input, readRows(yaml, value ?? [], [...given.path, input])]),
    ),
  };
}

/** A list of maps, or a text block that holds a CSV. */
function readRows(yaml: ProjectYaml, value: unknown, path: Path): TestRows {
  const line = yaml.line(path);
  if (typeof value === 'string') return readTestCsv(value, line, (fields, below) => yaml.fault(path, fields, below));
  if (!Array.isArray(value)) {
    yaml.fault(path, {
      message: `"${path.join('.')}" holds no rows`,
      expected: 'a list of {column: value}, or a text block with a CSV',
      found: yaml.shown(value, path),
      hint: 'No row is written [].',
    });
    return { line, columns: [], rows: [] };
  }
  const rows = value.map((item: unknown, index): TestRow => {
    const at = [...path, index];
    const map = yaml.map(item, at);
    const cells = Object.entries(map.value).map(([column, cell]) => [column, cellOf(cell)] as const);
    return { line: yaml.line(at), cells: isRecord(item) ? Object.fromEntries(cells) : {} };
  });
  return { line, columns: [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))], rows };
}
