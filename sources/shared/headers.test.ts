import { describe, expect, it } from 'vitest';
import { describeMissing, describeRow, matchHeaders, normalizeHeader, wantedColumns } from './headers.ts';

const WANTED = [
  { column: 'id', header: 'ID salarié' },
  { column: 'nom', header: 'Nom' },
  { column: 'date', header: "Date d'embauche" },
];

describe('headers', () => {
  it.each([
    'ID salarié',
    'id salarie',
    ' ID  Salarié ',
    'ID_SALARIÉ',
    'ID\u00a0salari\u0065\u0301',
    '\uFEFFid_salarie',
  ])('match without regard to case, accents, spaces and underscores: %j', (text) =>
    expect(normalizeHeader(text)).toBe('id salarie'),
  );

  it('match with a typographic apostrophe', () => {
    expect(normalizeHeader('Date d’embauche')).toBe(normalizeHeader("Date d'embauche"));
  });

  it('are found in any order, among other columns', () => {
    expect(matchHeaders(['Note', "DATE D'EMBAUCHE", null, 'nom', 'id salarie'], WANTED)).toEqual({
      positions: [4, 3, 1],
      missing: [],
      twice: [],
    });
  });

  it('are reported when missing or there twice, but not when a column that nobody reads is', () => {
    expect(matchHeaders(['Nom', 'NOM', 'Note', 'Note', 'ID salarié'], WANTED)).toMatchObject({
      missing: ["Date d'embauche"],
      twice: ['Nom'],
    });
  });

  it('that are missing are shown with the near name that is there', () => {
    expect(describeMissing(["Date d'embauche"], ['Nom', "Date d'enbauche"], WANTED)).toBe(
      '"Date d\'embauche" (near: "Date d\'enbauche")',
    );
  });

  it('are shown, but not a row that may be about a person', () => {
    expect(describeRow(['Matricule', null, 'Poste'], WANTED)).toBe('"Matricule", "Poste"');
    expect(describeRow(['Dupond', '12345', 'Jeanne'], WANTED)).toBe('3 cells that look like data, not shown');
    expect(describeMissing(['Nom'], ['Nam', '12345'], WANTED)).toBe('"Nom"');
  });

  it('of a column that the loader does not know are a fault of sources.yml', () => {
    expect(() => wantedColumns(['nom', 'prenon'], WANTED, 'rh.salarie')).toThrow(/column prenon/);
  });
});
