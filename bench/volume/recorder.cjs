// Loaded before the runner (node --require): appends each statement that it sends, in the order of the answers, to the file
// BENCH_STATEMENTS, one JSON a line, with the milliseconds that the answer took.
const fs = require('node:fs');
const process = require('node:process');
const pg = require('pg');

const out = fs.openSync(process.env.BENCH_STATEMENTS, 'a');
const { query } = pg.Client.prototype;
const numbers = new Map();

pg.Client.prototype.query = function recorded(config, ...rest) {
  const { text, values } =
    typeof config === 'string' ? { text: config, values: Array.isArray(rest[0]) ? rest[0] : undefined } : config;
  if (!numbers.has(this)) numbers.set(this, numbers.size);
  const started = performance.now();
  const note = (failed) => {
    const entry = {
      client: numbers.get(this),
      ms: performance.now() - started,
      values,
      failed,
      text,
    };
    fs.writeSync(out, `${JSON.stringify(entry)}\n`);
  };
  const answer = query.call(this, config, ...rest);
  // COPY answers by a stream, whose rows are not kept.
  if (typeof answer?.then === 'function')
    answer.then(
      () => note(false),
      () => note(true),
    );
  else if (text !== undefined) note(false);
  return answer;
};
