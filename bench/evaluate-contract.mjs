// Evaluates one contract as the runner does, in a transaction, and prints the result as JSON:
// node bench/evaluate-contract.mjs <contract> <clock>, with PGHOST and the like. For bench/contracts.mjs.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { openDatabase } from '../dist/runner/adapters/postgres.js';
import { evaluateContract } from '../dist/runner/contracts/evaluate.js';
import { parseContract } from '../dist/runner/contracts/parse.js';

const [file, time] = process.argv.slice(2);
const clock = new Date(time);
const contract = parseContract(readFileSync(file, 'utf8'), file, { clock });
const [schema, name] = contract.dataset.split('/').slice(-2);
const { PGHOST: host, PGPORT: port, PGUSER: user, PGPASSWORD: password, PGDATABASE: database } = process.env;
const db = openDatabase({ host, port: Number(port), user, password, database }, { max: 1 });
const result = await db.transaction((tx) => evaluateContract(tx, contract, { relation: { schema, name }, clock }));
await db.close();
process.stdout.write(JSON.stringify(result));
