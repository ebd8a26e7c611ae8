import fc from 'fast-check';

export type Kind = 'int' | 'numeric' | 'float' | 'text' | 'date' | 'time' | 'bool';

export interface Column {
  readonly name: string;
  readonly kind: Kind;
}

/** The columns that a table may have; their names are in no text and in no other name. */
export const COLUMNS: readonly Column[] = [
  { name: 'i', kind: 'int' },
  { name: 'big', kind: 'int' },
  { name: 'n', kind: 'numeric' },
  { name: 'f', kind: 'float' },
  { name: 's', kind: 'text' },
  { name: 'Odd Été', kind: 'text' },
  { name: 'd', kind: 'date' },
  { name: 'ts', kind: 'time' },
  { name: 'b', kind: 'bool' },
];
const TYPES: Readonly<Record<string, string>> = {
  ...{ i: 'integer', big: 'bigint', n: 'numeric(20, 6)', f: 'double precision', s: 'text', 'Odd Été': 'varchar(20)' },
  ...{ d: 'date', ts: 'timestamp with time zone', b: 'boolean' },
};

/**
 * As they are written in a contract. The sum of floats depends on the order of the rows, which no query here states: of these it
 * is exact in any order.
 */
export const VALUES: Readonly<Record<Kind, readonly (string | number | boolean)[]>> = {
  int: [0, 1, 2, 3, 9, -5, 2147483647],
  numeric: [0, 0.1, 0.3, 1.5, 2, -1.25, 123456.789],
  float: [0, 0.25, 0.5, -1, 1.75, 1024],
  text: ['', ' ', 'a', 'A', 'b', 'ab', 'é', "it's", '10', '100 %', 'x||y', 'null', '日本', '__SODA_NULL__', 'a\\b'],
  date: ['2023-12-31', '2024-01-01', '2024-01-03', '2024-02-29'],
  time: ['2024-01-01 10:00:00Z', '2024-01-03 12:30:00+02:00', '2024-01-04 09:59:59.5Z', '2024-01-05 00:00:00Z'],
  bool: [true, false],
};

export interface Table {
  readonly columns: readonly Column[];
  /** Makes `t` and what it may be compared with: `r`, of texts, and `k`, of numbers. */
  readonly setup: string;
}

export const table: fc.Arbitrary<Table> = fc
  .shuffledSubarray([...COLUMNS], { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.tuple(...columns.map(({ kind }) => cell(kind))), { maxLength: 12 }),
      texts: fc.array(cell('text'), { maxLength: 4 }),
      numbers: fc.array(cell('int'), { maxLength: 4 }),
    }),
  )
  .map(({ columns, rows, texts, numbers }) => ({
    columns,
    setup: [
      `create table t (${columns.map(({ name }) => `"${name}" ${TYPES[name]}`).join(', ')});`,
      insert('t', rows),
      'create table r (c text); create table k (k integer);',
      insert(
        'r',
        texts.map((text) => [text]),
      ),
      insert(
        'k',
        numbers.map((number) => [number]),
      ),
    ]
      .filter(Boolean)
      .join('\n'),
  }));

export function typeOf({ name }: Column): string {
  return (TYPES[name] ?? '').replace(/\(.*\)/, '');
}

/** A value as SQL has it, or `null`. */
function cell(kind: Kind): fc.Arbitrary<string> {
  const odd = kind === 'float' ? ["'NaN'", "'Infinity'"] : [];
  return fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...VALUES[kind]).map(literal) },
    { weight: 15, arbitrary: fc.constant('null') },
    ...odd.map((value) => ({ weight: 1, arbitrary: fc.constant(value) })),
  );
}

export function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function insert(name: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `insert into ${name} values ${rows.map((row) => `(${row.join(', ')})`).join(', ')};`;
}
