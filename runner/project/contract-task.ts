import { parseContract } from '../contracts/parse.ts';
import type { Task } from '../util/threads.ts';
import { CONTRACT } from './contract-form.ts';
import type { TextFile } from './parsers.ts';

/** Text and file of a contract → the contract, as the cache keeps it. */
export const open: Task<null, TextFile>['open'] =
  async () =>
  async ([text, file]) =>
    CONTRACT.write(parseContract(text, file));
