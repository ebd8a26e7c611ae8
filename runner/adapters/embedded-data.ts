import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';
import { type Binaries, completeLibraries, findBinaries } from './embedded-binaries.ts';
import { type Host, prepareHost } from './embedded-host.ts';
import { findRunning } from './embedded-process.ts';
import { initialise, removeDrafts, stop } from './embedded-server.ts';
import { exists, placesOf, readRecord, type ServerRecord, writeRecord } from './embedded-state.ts';

export interface Prepared {
  readonly host: Host;
  readonly record: ServerRecord;
}

/**
 * Everything that a start needs: binaries, a user to run as, and the data directory, made when there is none.
 * @throws RunnerError `EMBEDDED_VERSION` when the data is of another major version, `EMBEDDED_SETTINGS_MISSING` when it
 * is there but its password is not
 */
export async function prepareData(
  dataRoot: string,
  options: { readonly user: string; readonly durable: boolean; readonly onProgress: (message: string) => void },
): Promise<Prepared> {
  const known = await readRecord(dataRoot);
  const { data } = placesOf(dataRoot);
  if (known === undefined && (await exists(data))) throw settingsMissing(data);
  const binaries = await findBinaries();
  await completeLibraries(binaries.native);
  const home = known?.home ?? dataRoot;
  const made = known !== undefined && (await exists(placesOf(home).data));
  if (made) await checkVersion(placesOf(home).data, binaries);
  const host = await prepareHost(dataRoot, home, binaries);
  const place = { dataRoot, home: host.home === dataRoot ? null : host.home };
  if (made) {
    const record = { ...known, ...place };
    await writeRecord(dataRoot, record);
    if (home !== host.home) await rm(placesOf(home).data, { recursive: true, force: true });
    return { host, record };
  }
  // What a data root that is no more has left outside of it.
  await removeLeftover(placesOf(host.home).data);
  const password = randomBytes(24).toString('base64url');
  const record = { ...place, user: options.user, password, port: null, databases: [] };
  // Before the data, which without its password would be of no use.
  await writeRecord(dataRoot, record);
  options.onProgress('creating the PostgreSQL data directory');
  await initialise(host, options.user, password, options.durable);
  for (const folder of new Set([dataRoot, host.home])) await removeDrafts(folder);
  return { host, record };
}

async function removeLeftover(data: string): Promise<void> {
  const postmaster = await findRunning(data);
  if (postmaster !== undefined) await stop(postmaster, data);
  await rm(data, { recursive: true, force: true });
}

async function checkVersion(data: string, binaries: Binaries): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === binaries.major) return;
  throw new RunnerError(
    {
      code: 'EMBEDDED_VERSION',
      message: 'the data of the embedded PostgreSQL is of another version',
      file: data,
      expected: `PostgreSQL ${binaries.major}`,
      found: found === '' ? 'no PG_VERSION' : `PostgreSQL ${found}`,
      hint: 'Use the version of the runner that made it, or move the folder away: the data is then made anew.',
    },
    EXIT.failed,
  );
}

function settingsMissing(data: string): RunnerError {
  return new RunnerError(
    {
      code: 'EMBEDDED_SETTINGS_MISSING',
      message: 'the data of the embedded PostgreSQL is here, but server.json with its password is not',
      file: data,
      hint: 'Put server.json back beside it, or move the folder away: the data is then made anew.',
    },
    EXIT.failed,
  );
}
