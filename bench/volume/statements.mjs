// What a build sends for models, keys, indexes and contract checks, taken from all that it sent (recorder.cjs).
import fs from 'node:fs';

/** Not kept: transactions, look-ups in the catalog, unit tests of typed rows, grants, and what the runner notes of its run. */
const KEPT =
  /^\s*(create (unique )?(schema|table|view|index|materialized)|analyze |alter |drop |((rollback to|release) )?savepoint runner_(contract|exclusive)|do |select \(select count\(\*\) from)/i;

/**
 * In the order in which the transactions were committed, so that what a model reads is there before it; what was rolled back is
 * left out, and so is a transaction that loads a seed: both sides have them already.
 * @param file one statement a line
 * @returns {settings, transactions}: values of the session's settings, as the build had them; lists of {text, values?}
 */
export function statementsOf(file) {
  const sent = fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const settings = sent.find(({ text }) => text.includes('set_config(s.name, s.value'));
  const open = new Map();
  const transactions = [];
  for (const statement of sent) {
    const { client, text } = statement;
    if (text === 'begin') open.set(client, []);
    else if (text === 'commit') transactions.push(open.get(client) ?? []);
    else if (open.has(client)) open.get(client).push(statement);
    else transactions.push([statement]);
    if (text === 'commit' || text === 'rollback') open.delete(client);
  }
  return {
    settings,
    transactions: transactions
      .filter((statements) => !statements.some(({ text }) => text.startsWith('copy ')))
      .map((statements) => statements.filter(({ text, failed }) => KEPT.test(text) && !failed))
      .filter((statements) => statements.length > 0),
  };
}
