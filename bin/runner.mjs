#!/usr/bin/env node
import fs from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const cli = new URL('../dist/runner/cli.js', import.meta.url);

if (fs.existsSync(fileURLToPath(cli))) {
  // From Node 22.1 on: spares the parsing of the same files at each call.
  module.enableCompileCache?.();
  const { main } = await import(cli.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('The runner is not compiled yet: run npm start, or node scripts/setup.mjs, first.\n');
  process.exitCode = 2;
}
