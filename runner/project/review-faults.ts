import type { Contract } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import { unknownColumns } from './message-faults.ts';
import type { ReviewConfig } from './review-types.ts';

/** The models that `review:` names, and where. */
export function reviewModels({
  figures,
  outcomes,
  members,
  line,
}: ReviewConfig): readonly { readonly model: string; readonly line: number }[] {
  const named = [...figures, ...(members ? [members.model, ...Object.keys(members.of)] : [])];
  return [...named.map((model) => ({ model, line })), ...outcomes];
}

/** Columns in `review:` that the contract of their model does not have: `REVIEW_COLUMN_UNKNOWN`. */
export function reviewColumnFaults(
  { outcomes, members, line }: ReviewConfig,
  contracts: ReadonlyMap<string, Contract>,
): readonly Fault[] {
  const named = [
    ...outcomes.map(({ model, column, motive, line }) => ({ model, columns: [column, motive ?? ''], line })),
    ...(members ? [{ model: members.model, columns: [members.person], line }] : []),
  ];
  return named.flatMap(({ model, columns, line }) =>
    unknownColumns('REVIEW', 'review', model, columns, contracts.get(model)).map((fault) => ({ ...fault, line })),
  );
}
