import type { Contract } from '../contracts/types.ts';
import type { ModelNode } from '../graph/types.ts';
import type { Relation } from '../util/sql.ts';

/** For tests only: a model that stands in a table, and whose SQL is its name unless told. */
export function modelOf(relation: Relation, contract: Contract | undefined, body = relation.name): ModelNode {
  const { name } = relation;
  const file = `models/${name}.sql`;
  return {
    type: 'model',
    id: `model.p.${name}`,
    name,
    file,
    relation,
    tags: [],
    contract,
    materialized: 'table',
    config: {},
    rendered: { name, file, config: {}, body } as unknown as ModelNode['rendered'],
    unitTests: [],
  };
}
