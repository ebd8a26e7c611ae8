import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyLine } from './copy.ts';
import { addMonths, isDay, monthStart, today } from './dates.ts';
import { canonicalJson, hashOf, hashWithoutPlaces } from './hash.ts';
import { afterCharacters, placeAt, placeOf } from './places.ts';
import { identifier, literal, quoted } from './sql.ts';
import { didYouMean, nearest } from './suggest.ts';

describe('days', () => {
  it('says which texts are days of the calendar', () => {
    expect(['2026-02-28', '2024-02-29'].every(isDay)).toBe(true);
    expect(['2026-02-29', '2026-2-1', '2026-13-01', '', 'today', '20260101'].some(isDay)).toBe(false);
  });

  it('adds months without leaving the month', () => {
    expect(addMonths('2026-11-01', -12)).toBe('2025-11-01');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2026-12-31', 2)).toBe('2027-02-28');
    expect(monthStart('2026-11-24')).toBe('2026-11-01');
  });

  it("takes today from the project's time zone", () => {
    expect(today('Europe/Paris', new Date('2026-06-30T22:30:00Z'))).toBe('2026-07-01');
    expect(today('UTC', new Date('2026-06-30T22:30:00Z'))).toBe('2026-06-30');
  });
});

describe('near names', () => {
  it('suggests a name that a slip could have made, and nothing when none is near', () => {
    expect(nearest('activte', ['salarie', 'activite'])).toBe('activite');
    expect(didYouMean('zzz', ['salarie', 'activite'])).toBeUndefined();
    expect(nearest('prodcut', ['production', 'product'])).toBe('product');
    expect(nearest('idd', ['id'])).toBe('id');
    for (const [name, known] of [
      ['x', 'n'],
      ['ab', 'ac'],
      ['q', 'id'],
      ['rate', 'r'],
      ['tags', 'args'],
    ])
      expect(nearest(name ?? '', [known ?? '']), name).toBeUndefined();
  });
});

describe('text for the server', () => {
  it('escapes what COPY reads as structure', () => {
    expect(copyLine(['a\tb', null, 'c\\d\ne', ''])).toBe('a\\tb\t\\N\tc\\\\d\\ne\t\n');
  });

  it('quotes names and values', () => {
    expect(quoted({ schema: 'a', name: 'b"c' })).toBe('"a"."b""c"');
    expect(identifier('x')).toBe('"x"');
    expect(literal("l'été")).toBe("'l''été'");
  });
});

describe('hashes', () => {
  it('do not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}');
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
    expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: '1' }));
  });

  it('are of the JSON with sorted keys, whatever the value', () => {
    const sorted = (_key: string, item: unknown): unknown =>
      item && typeof item === 'object' && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
        : item;
    const values = fc.anything({ withNullPrototype: false, withMap: false });
    fc.assert(
      fc.property(values, (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(value, sorted) ?? 'null');
      }),
    );
    expect(canonicalJson({ '-a': 1, 911: 2, 95: 3, 9: 4 })).toBe('{"9":4,"95":3,"911":2,"-a":1}');
    expect(canonicalJson({ b: [undefined, () => 1], 10: 1, 9: undefined, a: new Date(0) })).toBe(
      '{"10":1,"a":"1970-01-01T00:00:00.000Z","b":[null,null]}',
    );
    expect(
      canonicalJson(
        new Map<string, unknown>([
          ['b', 1],
          ['a', new Map<string, number>()],
        ]),
      ),
    ).toBe('{"a":{},"b":1}');
  });

  it('tell nothing of the places in a file', () => {
    expect(hashWithoutPlaces({ a: [{ line: 1, file: 'x', b: 2 }] })).toBe(hashOf({ a: [{ b: 2 }] }));
  });
});

describe('places', () => {
  it('are a line and a column from 1, with the line, whatever ends it', () => {
    const text = 'a\r\nbé c\n';
    expect(placeAt(text, 0)).toEqual({ line: 1, column: 1, source: 'a' });
    expect(placeOf(text, 'c')).toEqual({ line: 2, column: 4, source: 'bé c' });
    expect(placeAt(text, text.length)).toEqual({ line: 3, column: 1, source: '' });
    expect(placeOf(text, 'x')).toBeUndefined();
  });

  it('of a server count an emoji as one character', () => {
    expect('é😀b'.slice(afterCharacters('é😀b', 2))).toBe('b');
    expect(afterCharacters('ab', 9)).toBe(2);
  });
});
