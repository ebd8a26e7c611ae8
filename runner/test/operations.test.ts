import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './cli.ts';
import { commandsOf, operations } from './operator.ts';

/** Where a code stands in the sources: as a field or a constant, one of two, or handed to what makes the fault. */
const CODE = new RegExp(
  [
    String.raw`\bcode(?: =|:)\s+(?:\w+ \? )?'([A-Z_]+)'`,
    "[?:] '([A-Z]+(?:_[A-Z]+)+)'",
    String.raw`\b(?:fault|refuse|failure|fails|notWorkbook)\(\s*'([A-Z_]+)'`,
    String.raw`\b(?:MATERIALIZED|STRATEGIES|error), '([A-Z_]+)'`,
  ].join('|'),
  'g',
);
/** Variables, and words of other systems, that stand where a code may stand. */
const NO_CODE = /^(CODE|NOT_EVALUATED|N_A|INVALID_REQUEST|NOT_FOUND|GOOGLE_.*|PRIME_.*|URL_.*|.*_XLSX)$/;

function codes(): ReadonlyMap<string, string> {
  const files = ['runner', 'sources']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|testing|runner.test/.test(file));
  const found = new Map<string, string>();
  for (const file of files)
    for (const [, ...codes] of readFileSync(join(ROOT, file), 'utf8').matchAll(CODE))
      found.set(codes.find(Boolean) ?? '', file);
  return new Map([...found].filter(([code]) => !NO_CODE.test(code)));
}

describe('what to do for each alert', () => {
  const rows = operations()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_*]+)`/g)].map(([, code = '']) => code),
  );
  const covers = (name: string, code: string): boolean =>
    name.endsWith('*') ? code.startsWith(name.slice(0, -1)) : code === name;

  it('is told of each code that an error may have', () => {
    const all = codes();
    expect([...all.keys()]).toEqual(
      expect.arrayContaining([
        'CHECK_FAILED',
        'EXCEL_MACROS',
        'GMAPS_QUOTA',
        'TARGET_NEWER',
        'CSV_HTML',
        'CSV_QUOTE_MISPLACED',
        'EMBEDDED_INIT_FAILED',
        'CONTRACT_YAML',
        'STRATEGY_UNKNOWN',
        'GSHEET_TIMEOUT',
        'LOCK_LOST',
      ]),
    );
    expect([...all].filter(([code]) => !named.some((name) => covers(name, code)))).toEqual([]);
  });

  it('is told of no single code that there is not', () => {
    const all = codes();
    expect(named.filter((name) => !name.endsWith('*') && !all.has(name))).toEqual([]);
  });
});

/** A block of commands as it has to be where the programs of PostgreSQL are in sportdb, and the files outside. */
function inContainers(commands: string): string {
  return commands
    .replace(/^(?:set -a|as_admin\(\)).*\n/gm, '')
    .replace(/ #.*$/gm, '')
    .replace(/^npx runner/gm, 'docker compose run --rm runner')
    .replace(/^(?:as_admin )?(pg_\w+|psql) /gm, 'docker compose exec -T sportdb $1 --username=postgres ')
    .replace(/ pg_dump --username=postgres/g, '$& --dbname=sportdb')
    .replace(/( pg_dump\w* .*?)--file=(\S+)$/gm, '$1> $2')
    .replace(/( psql .*?)--file=/g, '$1< ')
    .replace(/( pg_restore .*?)(?=\S+$)/gm, '$1< ')
    .replace(/\\"\$\{?PGDATABASE\}?(\w*)\\"/g, 'sportdb$1');
}

it.each(['Back up', 'Restore'])(
  '%s with containers is what the tests run without them, by the programs of sportdb',
  (heading) => {
    expect(commandsOf(heading, 'console')).toBe(inContainers(commandsOf(heading)));
  },
);
