import { expect, it } from 'vitest';
import { DatabaseError } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import type { NodeConfig } from '../project/types.ts';
import { graphOf } from '../test/projects.ts';
import { faultsOf } from './faults.ts';

const nodeOf = (config: NodeConfig = {}): Node => {
  const graph = graphOf({ 'models/slow.sql': 'select 1 as n' });
  const node = graph.nodes.get(graph.idOf('slow'));
  if (node?.type !== 'model') throw new Error('no model');
  return { ...node, config };
};
const ended = (message: string): DatabaseError => new DatabaseError({ sqlstate: '57014', message });

it('a statement timeout is named with the model and its limit', () => {
  const node = nodeOf({ statement_timeout: '5min' });
  const [fault] = faultsOf(node, ended('canceling statement due to statement timeout'));
  expect(fault).toMatchObject({
    code: 'STATEMENT_TIMEOUT',
    message: 'the statement timeout of model slow (5min) ran out',
    hint: expect.stringContaining('statement_timeout in its config()'),
  });
});

it('a statement timeout that is not the model’s own is told as the server’s', () => {
  const [fault] = faultsOf(nodeOf(), ended('canceling statement due to statement timeout'));
  expect(fault?.message).toContain('that of the server or the user');
});

it('a query that an administrator cancelled is told apart', () => {
  const [fault] = faultsOf(nodeOf(), ended('canceling statement due to user request'));
  expect(fault).toMatchObject({ code: 'QUERY_CANCELLED', message: expect.stringContaining('pg_cancel_backend') });
});
