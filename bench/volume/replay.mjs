// The same SQL as a build, through one connection of the bare driver: node replay.mjs <statements>, the server by PGHOST and so on.
import process from 'node:process';
import pg from 'pg';
import { statementsOf } from './statements.mjs';

const { settings, transactions } = statementsOf(process.argv[2]);
const client = new pg.Client();
await client.connect();
await client.query(settings.text, settings.values);
for (const statements of transactions) {
  await client.query('begin');
  for (const { text, values } of statements)
    await client.query(values ? { text, values, queryMode: 'extended' } : text).catch((error) => {
      throw new Error(`${error.message}: ${text.slice(0, 200)}`);
    });
  await client.query('commit');
}
await client.end();
