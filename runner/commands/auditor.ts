import { join } from 'node:path';
import { inDatabase } from '../contracts/dataset.ts';
import { evaluateContract } from '../contracts/evaluate.ts';
import { privacyOf } from '../contracts/personal.ts';
import { openSoda } from '../contracts/soda.ts';
import { requireSoda } from '../contracts/soda-environment.ts';
import { ofSoda } from '../contracts/soda-verdict.ts';
import type { Contract, ContractResult, Engine, Sample } from '../contracts/types.ts';
import { contracted } from '../graph/contracted.ts';
import { readContractText } from '../project/read-project.ts';
import { packageRoot } from '../util/package-root.ts';
import type { Relation } from '../util/sql.ts';
import type { OpenRun } from './open-run.ts';

/** Comes to a verdict on what is published. */
export interface Auditor {
  audit(contract: Contract, relation: Relation): Promise<ContractResult>;
  close(): void;
}

/** @throws RunnerError `SODA_ABSENT`, `SODA_STALE` or `SODA_FAILED` */
export async function openAuditor(engine: Engine, run: AuditedRun): Promise<Auditor> {
  return engine === 'soda' ? sodaAuditor(run) : ownAuditor(run);
}

interface AuditedRun
  extends Pick<OpenRun, 'db' | 'graph' | 'connection' | 'project' | 'startedAt' | 'signal' | 'emit'> {
  /** Offending rows of a check to keep, at the most; 0 for all. */
  readonly sampleRows?: number | undefined;
}

function ownAuditor({ db, startedAt, graph, sampleRows }: AuditedRun): Auditor {
  const others = contracted(graph);
  return {
    audit: (contract, relation) =>
      db.transaction((tx) => evaluateContract(tx, contract, { relation, clock: startedAt, others, sampleRows })),
    close: () => undefined,
  };
}

/** Contracts name the database of project.yml; on a target of another name Soda is told of that one. */
async function sodaAuditor(run: AuditedRun): Promise<Auditor> {
  const { db, graph, connection, project, startedAt, signal, emit } = run;
  const { dataSource, timezone } = project.config;
  const root = packageRoot();
  const python = requireSoda(root);
  const script = join(root, 'soda', 'verify.py');
  const soda = await openSoda({ python, script, connection, dataSource, timezone, signal });
  emit({ type: 'notice', message: `contracts are verified by Soda ${soda.version}` });
  return {
    async audit(contract, relation) {
      const { file } = contract;
      const text = inDatabase(readContractText(project, file), connection.database);
      const verdict = await soda.verify({ file, text, clock: startedAt });
      const privacy = await privacyOf(db, [{ relation, contract }, ...contracted(graph)]);
      const result = ofSoda(contract, verdict, privacy);
      if (result.checks.every(({ outcome }) => outcome === 'PASSED')) return result;
      // Soda tells no rows; which they are is looked up.
      const { checks } = await ownAuditor(run).audit(contract, relation);
      return withSamples(result, new Map(checks.map(({ path, sample }) => [path, sample])));
    },
    close: soda.close,
  };
}

function withSamples(result: ContractResult, samples: ReadonlyMap<string, Sample | null>): ContractResult {
  return { ...result, checks: result.checks.map((check) => ({ ...check, sample: samples.get(check.path) ?? null })) };
}
