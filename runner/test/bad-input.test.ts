import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedContent, SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

let project: SampleProject;
let published: string;

const file = (name: string): string => join(project.dir, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');

const content = (): Promise<string> => publishedContent(project);

async function workbook(name: string, edit: (sheet: ExcelJS.Worksheet) => void): Promise<string> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(file(name));
  const sheet = book.worksheets[0];
  if (sheet) edit(sheet);
  await book.xlsx.writeFile(file('bad/edited.xlsx'));
  return 'bad/edited.xlsx';
}

function set(sheet: ExcelJS.Worksheet, cell: string, value: ExcelJS.CellValue): void {
  sheet.getCell(cell).value = value;
}

function empty(sheet: ExcelJS.Worksheet): void {
  sheet.eachRow((row, at) => {
    if (at > 1) row.values = [];
  });
}

function bad(name: string, bytes: string | Buffer): string {
  writeFileSync(file(`bad/${name}`), bytes);
  return `bad/${name}`;
}

const HEADER = "Horodateur,Nom,Prénom,Date,Sport type,Distance parcourue en kms,Durée de l'activité,Commentaire\n";
const ROW = '24/11/2026 10:00:00,X,Y,24/11/2026,Tennis,,01:00:00,';

beforeAll(async () => {
  project = await sampleProject();
  // Unit tests would meet wrong SQL before the build that is tested here.
  for (const model of ['salarie', 'kpi_incoherences']) rmSync(file(`models/metier/${model}.tests.yml`));
  mkdirSync(file('bad'));
  expect((await project.runner(['pipeline', ...SAMPLE_DAY])).code).toBe(0);
  published = await content();
});
afterAll(() => project?.close());

/** variable, code of the error, how to make the file, and what the message must say besides. */
type BadSource = readonly [
  what: string,
  variable: string,
  code: string,
  make: () => string | Promise<string>,
  says: RegExp,
];

const BAD_SOURCES: readonly BadSource[] = [
  ['a workbook that is not there', 'RH_XLSX', 'FILE_MISSING', () => 'bad/none.xlsx', /bad\/none\.xlsx/],
  ['a text for a workbook', 'RH_XLSX', 'EXCEL_TEXT', () => bad('a.xlsx', 'ID salarié;Nom\n1;A\n'), /a\.xlsx/],
  ['a page for a workbook', 'SPORT_XLSX', 'EXCEL_HTML', () => bad('b.xlsx', '<!DOCTYPE html><html></html>'), /b\.xlsx/],
  [
    'an old .xls',
    'RH_XLSX',
    'EXCEL_OLD_FORMAT|EXCEL_ENCRYPTED',
    () => bad('c.xls', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4096)])),
    /c\.xls/,
  ],
  [
    'a truncated workbook',
    'RH_XLSX',
    'EXCEL_TRUNCATED|EXCEL_CORRUPT',
    () => bad('d.xlsx', readFileSync(file('sources/sample/rh.xlsx')).subarray(0, 9000)),
    /d\.xlsx/,
  ],
  [
    'a workbook of another kind',
    'RH_XLSX',
    'EXCEL_NO_SHEET|EXCEL_HEADER_MISSING',
    () => 'sources/sample/sport.xlsx',
    /Salaire brut/,
  ],
  [
    'a header that is missing',
    'RH_XLSX',
    'EXCEL_HEADER_MISSING|EXCEL_NO_SHEET',
    () => workbook('sources/sample/rh.xlsx', (sheet) => set(sheet, 'G1', 'Salaire net')),
    /Salaire brut/,
  ],
  [
    'a header that is there twice',
    'RH_XLSX',
    'EXCEL_HEADER_TWICE',
    () => workbook('sources/sample/rh.xlsx', (sheet) => set(sheet, 'L1', ' nom ')),
    /nom/i,
  ],
  [
    'two rows with one ID',
    'RH_XLSX',
    'EXCEL_ID_TWICE',
    () => workbook('sources/sample/rh.xlsx', (sheet) => set(sheet, 'A5', sheet.getCell('A3').value)),
    /(3[^\d]+5)/,
  ],
  ['a workbook without rows', 'RH_XLSX', 'EXCEL_NO_ROWS', () => workbook('sources/sample/rh.xlsx', empty), /row/],
  ['a sheet without rows', 'URL_GSHEET', 'CSV_NO_ROWS', () => bad('e.csv', HEADER), /e\.csv/],
  ['an empty sheet', 'URL_GSHEET', 'CSV_EMPTY', () => bad('f.csv', ''), /f\.csv/],
  [
    'a quote that is never closed',
    'URL_GSHEET',
    'CSV_QUOTE_NOT_CLOSED',
    () => bad('g.csv', `${HEADER}${ROW}ok\n${ROW}"oops\n${ROW}\n`),
    /row 3/,
  ],
  [
    'a cell of 1 MB',
    'URL_GSHEET',
    'CSV_CELL_TOO_LONG',
    () => bad('h.csv', `${HEADER}${ROW}${'x'.repeat(1 << 20)}\n`),
    /row 2/,
  ],
  [
    'a sheet without a column',
    'URL_GSHEET',
    'CSV_HEADER_MISSING',
    () => bad('i.csv', `${HEADER.replace('Sport type', 'Sports')}${ROW}\n`),
    /Sport type/,
  ],
  [
    'a page for a sheet',
    'URL_GSHEET',
    'CSV_HTML',
    () => bad('j.csv', '<!doctype html><html><body>Sign in</body></html>'),
    /sign-in|public|page/i,
  ],
];

describe('a source that is refused', () => {
  it.each(BAD_SOURCES)('%s (%s)', async (_what, variable, code, make, says) => {
    const { code: exit, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY], { [variable]: await make() });
    expect(stderr).toMatch(new RegExp(`^(${code})`, 'm'));
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^ {2}(expected: |→ )/m);
    expect(exit).toBe(1);
    expect(await content()).toBe(published);
  });

  it.each([
    ['semicolons', (text: string) => Buffer.from(text.replace(/"[^"]*"|,/g, (part) => (part === ',' ? ';' : part)))],
    ['a BOM', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('but a sheet with %s is read, and is the same sheet', async (name, encode) => {
    const { code, stdout } = await project.runner(['pipeline', ...SAMPLE_DAY], {
      URL_GSHEET: bad(`${name}.csv`, encode(read('sources/sample/declarations.csv'))),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing changed');
  });

  it('but a sheet in Latin-1 is read, with a notice', async () => {
    const { code, stdout } = await project.runner(['load', 'gsheet', ...SAMPLE_DAY], {
      URL_GSHEET: bad('latin.csv', Buffer.from(`${HEADER}${ROW}été\n`, 'latin1')),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/gsheet\.declaration: .*1252/);
    const landed = await project.rows(
      "select commentaire from raw.gsheet_declaration where batch_id = (select max(batch_id) from ops.batch where source = 'gsheet.declaration')",
    );
    expect(landed).toEqual([['été']]);
    expect((await project.runner(['load', 'gsheet', ...SAMPLE_DAY])).code).toBe(0);
  });
});

/** what, file, how it is broken, exit code, what the message says. */
const BAD_PROJECTS: readonly (readonly [string, string, (text: string) => string, number, RegExp])[] = [
  [
    'a circle of models',
    'models/metier/salarie.sql',
    (text) => text.replace("ref('rh_salarie')", "ref('vw_bi_salarie')"),
    2,
    /CYCLE[\s\S]*salarie → .*vw_bi_salarie|vw_bi_salarie → salarie/,
  ],
  [
    'an unknown ref',
    'models/metier/salarie.sql',
    (text) => text.replace("ref('rh_salarie')", "ref('rh_salaries')"),
    2,
    /models\/metier\/salarie\.sql:\d+[\s\S]*Did you mean "rh_salarie"/,
  ],
  [
    'a template error',
    'models/metier/salarie.sql',
    (text) => text.replace('{{ date_reference() }}', '{{ date_reference( }}'),
    2,
    /TEMPLATE_ERROR models\/metier\/salarie\.sql:\d+:\d+/,
  ],
  ['a broken project.yml', 'project.yml', (text) => `${text}\n  - [`, 2, /YAML_SYNTAX project\.yml:\d+:\d+/],
  [
    'a broken contract',
    'soda/metier/salarie.yml',
    (text) => text.replace('columns:', 'columns: {'),
    2,
    /soda\/metier\/salarie\.yml:\d+/,
  ],
  [
    'a mistyped key in a contract',
    'soda/metier/salarie.yml',
    (text) => text.replace('data_type:', 'datatype:'),
    2,
    /soda\/metier\/salarie\.yml:\d+[\s\S]*data_type/,
  ],
  [
    'a contract for no model',
    'soda/metier/salaries.yml',
    () => 'dataset: sds/sportdb/metier/salaries\ncolumns: []\n',
    2,
    /CONTRACT_WITHOUT_MODEL soda\/metier\/salaries\.yml[\s\S]*Did you mean "salarie"/,
  ],
  [
    'a parameter that is missing',
    'seeds/param_avantage.csv',
    (text) => text.replace(/^reference,taux_prime.*\n/m, ''),
    1,
    /param_avantage[\s\S]*taux_prime/,
  ],
  [
    'a parameter that is no number',
    'seeds/param_avantage.csv',
    (text) => text.replace('taux_prime,0.05', 'taux_prime,cinq'),
    1,
    /seeds\/param_avantage\.csv:3[\s\S]*cinq/,
  ],
  [
    'a negative parameter',
    'seeds/param_avantage.csv',
    (text) => text.replace('jours_bien_etre,5,', 'jours_bien_etre,-5,'),
    1,
    /seeds\/param_avantage\.csv:6[\s\S]*-5/,
  ],
  [
    'a row of a seed that is too long',
    'seeds/param_avantage.csv',
    (text) => text.replace('taux_prime,0.05', 'taux_prime,0,05'),
    2,
    /SEED_INVALID seeds\/param_avantage\.csv:3/,
  ],
  [
    'a model whose SQL is wrong',
    'models/bi/vue_elig_prime.sql',
    (text) => text.replace('motif_ineligibilite', 'motifs_ineligibilite'),
    1,
    /SQL_42703 models\/bi\/vue_elig_prime\.sql:\d+:\d+[\s\S]*motifs_ineligibilite[\s\S]*\n {2}\| +\^/,
  ],
  [
    'a day of a seed in another form',
    'seeds/param_avantage.csv',
    (text) => text.replace('taux_prime,0.05,2020-01-01', 'taux_prime,0.05,26/11/20'),
    1,
    /SEED_INVALID seeds\/param_avantage\.csv:3[\s\S]*YYYY-MM-DD/,
  ],
  [
    'a rate that is a percentage',
    'seeds/param_avantage.csv',
    (text) => text.replace('taux_prime,0.05', 'taux_prime,5'),
    1,
    /5 % is 0\.05/,
  ],
  [
    'a model of two statements',
    'models/metier/kpi_incoherences.sql',
    (text) => `${text}; update metier.activite set duree_sec = 0; commit`,
    2,
    /SQL_STATEMENT models\/metier\/kpi_incoherences\.sql:\d+:\d+/,
  ],
];

describe('a project that is wrong', () => {
  it.each(BAD_PROJECTS)('%s (%s)', async (_what, name, breakIt, exit, says) => {
    let before: string | undefined;
    try {
      before = read(name);
    } catch {
      before = undefined;
    }
    writeFileSync(file(name), breakIt(before ?? ''));
    const { code, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
    if (before === undefined) rmSync(file(name));
    else writeFileSync(file(name), before);
    expect(stderr).toMatch(says);
    expect(code).toBe(exit);
    expect(await content()).toBe(published);
  });

  it('a seed that is not UTF-8', async () => {
    const before = read('seeds/mode_deplacement.csv');
    writeFileSync(file('seeds/mode_deplacement.csv'), before, 'latin1');
    const { code, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
    writeFileSync(file('seeds/mode_deplacement.csv'), before);
    expect(code).toBe(2);
    expect(stderr).toContain('FILE_NOT_UTF8 seeds/mode_deplacement.csv');
    expect(await content()).toBe(published);
  });

  it('is built as before once it is mended', async () => {
    const { code, stdout } = await project.runner(['pipeline', ...SAMPLE_DAY]);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing changed');
    expect(await content()).toBe(published);
  });
});

describe('a workbook with a password', () => {
  it('is refused, and nothing that reads it is built, even where another source changed', async () => {
    const before = await content();
    const locked = Buffer.alloc(1024);
    Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(locked);
    locked.write('EncryptedPackage', 512, 'utf16le');
    const { code, stdout } = await project.runner(['pipeline', ...SAMPLE_DAY, '--log-format', 'json'], {
      RH_XLSX: bad('locked.xlsx', locked),
      URL_GSHEET: bad('more.csv', `${read('sources/sample/declarations.csv').trimEnd()}\n${ROW}de plus\n`),
    });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const nodes = events.filter(({ event }) => event === 'node_finished');
    expect(code).toBe(1);
    expect(events.find(({ event }) => event === 'faults').faults).toMatchObject([
      { code: 'EXCEL_ENCRYPTED', file: 'bad/locked.xlsx', hint: 'Save it without a password.' },
    ]);
    expect(nodes.filter(({ status }) => status === 'success').map(({ name }) => name)).toEqual([
      'stg_gsheet__declaration',
    ]);
    expect(nodes.find(({ name }) => name === 'activite')).toMatchObject({
      status: 'upstream_failed',
      message: 'not run: source rh.salarie did not succeed',
    });
    expect(await content()).toBe(before);
  });
});

describe('salaries that are written in another way', () => {
  const written = (form: (salary: string) => string, every: number): Promise<string> =>
    workbook('sources/sample/rh.xlsx', (sheet) =>
      sheet.eachRow((_row, at) => {
        const cell = sheet.getCell(`G${at}`);
        if (at > 1 && at % every === 0 && cell.value !== null) cell.value = form(String(cell.value));
      }),
    );
  const pipeline = (RH_XLSX: string) => project.runner(['pipeline', ...SAMPLE_DAY], { RH_XLSX });

  it.each([
    ['as in the US', (salary: string) => salary.replace(/(\d{3})$/, ',$1')],
    ['with a currency', (salary: string) => `${salary} €`],
  ])('%s stop the run before a figure moves', async (_what, form) => {
    const { code, stderr } = await pipeline(await written(form, 1));
    expect(stderr).toMatch(/CHECK_FAILED soda\/staging\/stg_rh__salarie\.yml:\d+/);
    expect(stderr).toContain('The salaries are written so that they can be read');
    expect(code).toBe(1);
    expect(await content()).toBe(published);
  });

  it('in a few cells only are warned of', async () => {
    const { code, stdout } = await pipeline(await written((salary) => `${salary} €`, 40));
    expect(stdout).toContain('A salary that cannot be read takes the prime away');
    expect(code).toBe(0);
    expect(await content()).not.toBe(published);
  });
});
