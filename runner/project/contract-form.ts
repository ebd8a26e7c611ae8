import type { Contract } from '../contracts/types.ts';
import { inParts } from './cache-form.ts';

/** A contract, of which a run reads most only when the node is built. */
export const CONTRACT = inParts<Contract, Pick<Contract, 'file' | 'dataset' | 'hash'>>(
  ({ file, dataset, hash }) => ({ file, dataset, hash }),
  (head, whole) => ({
    ...head,
    get filter() {
      return whole().filter;
    },
    get columns() {
      return whole().columns;
    },
    get checks() {
      return whole().checks;
    },
    get description() {
      return whole().description;
    },
    get grain() {
      return whole().grain;
    },
    get owner() {
      return whole().owner;
    },
    get tags() {
      return whole().tags;
    },
    get declassify() {
      return whole().declassify;
    },
  }),
);
