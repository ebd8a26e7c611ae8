import { describe, expect, it } from 'vitest';
import { inDatabase } from './dataset.ts';

describe('a contract for another database', () => {
  it('differs in its datasets alone, the reference data included', () => {
    const text = `# c
dataset: "ds/db/s/t" # here
columns:
  - name: dataset
    checks: [{invalid: {valid_reference_data: {dataset: ds/db/s/r, column: c}}}]
    description: 'ds/db/s/t'
`;
    expect(inDatabase(text, 'other')).toBe(
      text.replace('"ds/db/s/t" #', '"ds/other/s/t" #').replace('ds/db/s/r', '"ds/other/s/r"'),
    );
    expect(inDatabase(text, 'db')).toBe(text);
  });
});
