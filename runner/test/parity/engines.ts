import type { Database, Session } from '../../adapters/types.ts';
import { evaluateContract } from '../../contracts/evaluate.ts';
import { parseContract } from '../../contracts/parse.ts';
import { openSoda, type SodaEngine } from '../../contracts/soda.ts';
import { sodaPython } from '../../contracts/soda-environment.ts';
import { CLOCK } from '../../contracts/testing.ts';
import type { Contract } from '../../contracts/types.ts';
import { type Fault, RunnerError } from '../../errors.ts';
import { type TestDatabase, testDatabase } from '../database.ts';
import type { Case } from './cases/case.ts';
import { told } from './verdict.ts';

export interface Said {
  readonly verdict: string;
  /** Of the checks, in the order of the verdict. */
  readonly paths: readonly string[];
  /** Why the contract was not read. */
  readonly faults: readonly Fault[];
}

/** What our engine says, on a session where the tables of the case are. */
export async function ours(session: Session, example: Pick<Case, 'contract' | 'variables'>): Promise<Said> {
  let contract: Contract;
  try {
    contract = parseContract(example.contract, 'case.yml', { variables: example.variables });
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return { verdict: 'ERROR', paths: [], faults: error.faults };
  }
  const [, , schema = '', name = ''] = contract.dataset.split('/');
  const { status, checks } = await evaluateContract(session, contract, { relation: { schema, name }, clock: CLOCK });
  return { verdict: told(status, checks), paths: checks.map(({ path }) => path), faults: [] };
}

/** Puts the tables of a case into schema `s`; what stood there before goes. */
export async function setUp(session: Session, setup: string): Promise<void> {
  const clear = 'drop schema if exists s, "S" cascade; drop foreign data wrapper if exists no_handler cascade';
  await session.query(`${clear}; create schema s; set local search_path = s; ${setup}`);
}

/** Both engines on one database of their own. */
export interface Engines {
  /**
   * What our engine and Soda say of the same committed tables.
   * @throws Error when ours says otherwise where it counts distinct values apart, as it does in a large table
   */
  compare(example: Pick<Case, 'contract' | 'variables'>): Promise<{ readonly said: Said; readonly soda: string }>;
  readonly db: Database;
  close(): Promise<void>;
}

export async function openEngines(): Promise<Engines> {
  const test: TestDatabase = await testDatabase();
  const soda: SodaEngine = await openSoda({
    script: new URL('../../../soda/verify.py', import.meta.url).pathname,
    python: sodaPython(new URL('../../..', import.meta.url).pathname),
    connection: test.config,
    dataSource: 'ds',
    timezone: 'UTC',
  });
  return {
    db: test.db,
    async compare({ contract, variables }) {
      const text = contract.replaceAll('/db/s/', `/${test.config.database}/s/`);
      const said = await test.db.transaction((tx) => ours(tx, { contract: text, variables }));
      const [large, { status, checks }] = await Promise.all([
        test.db.transaction(async (tx) => {
          await tx.query('set local min_parallel_table_scan_size = 0');
          return ours(tx, { contract: text, variables });
        }),
        soda.verify({ file: 'case.yml', text, clock: CLOCK, variables }),
      ]);
      if (large.verdict !== said.verdict) throw new Error(`${said.verdict}, but of a large table ${large.verdict}`);
      const place = (path: string): number => said.paths.indexOf(path);
      // Ours stand in one order whatever the file's; a path that we do not have shows.
      const sorted = said.paths.length === 0 ? checks : checks.toSorted((a, b) => place(a.path) - place(b.path));
      const strangers = said.paths.length === 0 ? [] : checks.filter(({ path }) => place(path) === -1);
      return { said, soda: [told(status, sorted), ...strangers.map(({ path }) => path)].join(', unknown: ') };
    },
    async close() {
      soda.close();
      await test.drop();
    },
  };
}
