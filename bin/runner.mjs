#!/usr/bin/env node
import fs from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = new URL('../dist/runner/cli.js', import.meta.url);

if (fs.existsSync(fileURLToPath(cli))) {
  // Whoever reads a log in JSON reads nothing else.
  const isPlain = !/--log-format[= ]json/.test(process.argv.join(' '));
  if (isPlain && (await isStale()))
    process.stderr.write('The sources have changed since the runner was compiled: node scripts/setup.mjs\n');
  // From Node 22.1 on: spares the parsing of the same files at each call.
  module.enableCompileCache?.();
  const { main } = await import(cli.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('The runner is not compiled yet: run npm start, or node scripts/setup.mjs, first.\n');
  process.exitCode = 2;
}

/** Only what git has done since, a pull or a checkout, is a reason to look at all the sources: that takes a while. */
async function isStale() {
  const stamp = `${root}dist/.setup-stamp`;
  try {
    if (fs.statSync(`${root}.git/index`).mtimeMs <= fs.statSync(stamp).mtimeMs) return false;
    const { isCompiled } = await import('../scripts/setup.mjs');
    if (!isCompiled(root)) return true;
    fs.utimesSync(stamp, new Date(), new Date());
  } catch {
    // No clone, or one that is being compiled or belongs to somebody else.
  }
  return false;
}
