// One process for many calls of the command line, one after the other: what is loaded and compiled once stays.
import process from 'node:process';
import { createInterface } from 'node:readline';

const { main } = await import('../../dist/runner/cli.js');

// Every call adds a listener that a process of its own takes with it.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0);

const lines = createInterface({ input: process.stdin });
// Whoever called has ended, maybe without waiting for the answer.
lines.once('close', () => process.exit());
const calls = lines[Symbol.asyncIterator]();
let next = calls.next();
await pause();
const atRest = held();
for (let call = await next; !call.done; call = await next) {
  next = calls.next();
  const { dir, args, env, mark } = JSON.parse(call.value);
  process.chdir(dir);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  const code = await main(args);
  // A process would not end before: what a command forgets to close is waited for here too.
  while (held() > atRest) await pause();
  process.stdout.write(`${mark}${code};`);
  process.stderr.write(mark);
}

/** How much keeps this process from its end. */
function held() {
  return process.getActiveResourcesInfo().length;
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
