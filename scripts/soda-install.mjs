// npm run soda:install: the real Soda, of the version in soda/requirements.txt, in an environment of its own, .venv-soda.
// With nothing to do it takes a second. Exits 69 when the package index can't be reached, 1 for any other reason.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const UNREACHABLE = 69;
const OLDEST = [3, 10];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, '.venv-soda');
const bin = path.join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
const python = path.join(bin, process.platform === 'win32' ? 'python.exe' : 'python');
const requirements = path.join(root, 'soda', 'requirements.txt');
/** What was installed; runner/contracts/soda-environment.ts compares it too, before Soda is run. */
const stampFile = path.join(folder, '.soda-stamp');

function main() {
  const stamp = createHash('sha256').update(fs.readFileSync(requirements)).digest('hex');
  if (read(stampFile) === stamp && isWhole()) {
    say(`${version()} is installed`);
    return 0;
  }
  if (process.env.PYTHON && !isRecent(process.env.PYTHON)) {
    say(`PYTHON=${process.env.PYTHON} is no Python ${OLDEST.join('.')} or later`);
    return 1;
  }
  const base = [process.env.PYTHON, 'python3', 'python'].find((command) => command && isRecent(command));
  if (base === undefined) {
    say(
      `no Python ${OLDEST.join('.')} or later is found; install it, or name it: PYTHON=/path/to/python3 npm run soda:install`,
    );
    return 1;
  }
  say(`making .venv-soda and installing ${version()} and what it needs, which takes a minute the first time`);
  fs.rmSync(folder, { recursive: true, force: true });
  if (!run(base, '-m', 'venv', folder)) {
    say("the environment can't be made; its messages are above. On Debian it is the package python3-venv that lacks.");
    return 1;
  }
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input'];
  if (!run(python, ...pip, 'install', '--quiet', '--requirement', requirements)) {
    // Whether anything can be had there tells the one reason from the others.
    const isReachable = run(
      python,
      ...pip,
      'download',
      '--quiet',
      '--no-deps',
      '--no-cache-dir',
      '--dest',
      folder,
      'tabulate',
    );
    fs.rmSync(folder, { recursive: true, force: true });
    if (isReachable) say("the packages can't be installed; the messages of pip are above.");
    else
      say(
        "PyPI can't be reached, so that the real Soda is not installed. Check the connection (pip reads PIP_INDEX_URL), then run npm run soda:install again.",
      );
    return isReachable ? 1 : UNREACHABLE;
  }
  fs.writeFileSync(stampFile, stamp);
  say(`${version()} is installed: npm run runner -- test --engine soda`);
  return 0;
}

/** Someone may have taken a package out, or the Python that it was made with. */
function isWhole() {
  const program = 'import soda_core.contracts.contract_verification, soda_postgres.common, psycopg';
  return spawnSync(python, ['-c', program], { cwd: folder, stdio: 'ignore' }).status === 0;
}

function isRecent(command) {
  const program = `import sys; sys.exit(sys.version_info < (${OLDEST.join(', ')}))`;
  return spawnSync(command, ['-c', program], { stdio: 'ignore' }).status === 0;
}

function run(command, ...args) {
  // Standard output is kept off ours, which may be piped into another program.
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;
}

function version() {
  return /^soda-postgres==\S+/m.exec(read(requirements))?.[0].replace('==', ' ') ?? 'soda-postgres';
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function say(line) {
  process.stderr.write(`soda: ${line}\n`);
}

process.exitCode = main();
