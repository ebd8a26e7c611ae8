import { expect, it } from 'vitest';
import { stateStatement } from './write-results.ts';

it('a part of a state that is not there is kept as null', () => {
  const state = { parts: {}, hashes: {}, versions: {} };
  const publication = { nodeId: 'model.shop.a', state, details: undefined as never };
  expect(stateStatement('runs.node_state', 'r1', [publication])).toContain(
    "('model.shop.a', '{}', '{}', '{}', null, 'r1'",
  );
});
