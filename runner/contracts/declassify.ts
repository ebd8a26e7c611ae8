import { didYouMean } from '../util/suggest.ts';
import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import type { ColumnSpec, Declassify } from './types.ts';

/** What becomes of personal data that is declassified, and what that means. */
export const FORMS = {
  sum: 'a total over several persons',
  count: 'how many there are',
  band: 'a range that the value falls into',
  flag: 'yes or no, or the motive for it',
  measure: 'a figure about it from which it is not read back',
} as const;
export type Form = keyof typeof FORMS;

/** `declassify:` of a contract: what of its model is no personal data any more, what it is made into and why. */
export function readDeclassify(
  yaml: YamlFile,
  contract: MapReader,
  columns: readonly ColumnSpec[],
): readonly Declassify[] {
  const known = columns.map(({ name }) => name);
  return contract.maps('declassify', ['columns', 'personal', 'as', 'reason'], 'a declassification').map((map) => {
    const named = map.texts('columns') ?? map.missing('columns', 'the columns that it is of') ?? [];
    for (const name of named.filter((one) => !known.includes(one)))
      map.fault(
        {
          message: `a declassification is of ${name}, which is no column of the contract`,
          expected: `one of ${known.join(', ')}`,
          found: name,
          hint: didYouMean(name, known) ?? 'Name the column under columns: too.',
        },
        'columns',
      );
    const form = map.read('as', formOf, `one of ${Object.keys(FORMS).join(', ')}`);
    return {
      columns: named,
      kinds: map.texts('personal') ?? map.missing('personal', 'the kinds of personal data that it lifts') ?? [],
      as: form ?? map.missing('as', `one of ${Object.keys(FORMS).join(', ')}`) ?? 'sum',
      reason: map.filled('reason') ?? map.missing('reason', 'why nobody is told of by it') ?? '',
      line: yaml.line(map.path),
    };
  });
}

function formOf(value: unknown): Form | undefined {
  return Object.keys(FORMS).find((form): form is Form => form === value);
}
