import { inParts } from '../project/cache-form.ts';
import type { Rendered } from './types.ts';

/** What is kept of a rendering: all that decides what a graph looks like at once, the SQL when it is asked for. */
export interface Kept<T> {
  readonly value: T;
  /** Variables of the environment that were asked for until then, with what they held. */
  readonly env: Readonly<Record<string, string | null>>;
}

type Late = 'body' | 'incrementalBody' | 'hooks' | 'reads';

export const RENDERED = inParts<Kept<Rendered>, Kept<Omit<Rendered, Late>>>(
  ({ env, value: { body: _body, incrementalBody: _incremental, hooks: _hooks, reads: _reads, ...value } }) => ({
    env,
    value,
  }),
  ({ env, value }, whole) => ({
    env,
    value: {
      ...value,
      get body() {
        return whole().value.body;
      },
      get incrementalBody() {
        return whole().value.incrementalBody;
      },
      get hooks() {
        return whole().value.hooks;
      },
      get reads() {
        return whole().value.reads;
      },
    },
  }),
);
