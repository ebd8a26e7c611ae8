import type { Form } from '../contracts/declassify.ts';
import type { Fault } from '../errors.ts';
import type { Derivation } from '../lineage/types.ts';
import type { Judged } from './types.ts';

/** How what is declassified has to be made, as far as lineage tells: a value that is only renamed is still that value. */
const MADE_BY: Readonly<Record<Form, readonly Derivation[]>> = {
  sum: ['aggregate'],
  count: ['aggregate'],
  band: ['computed', 'aggregate'],
  flag: ['computed', 'aggregate'],
  measure: ['computed', 'aggregate'],
  pseudonym: ['computed', 'aggregate'],
};

const MADE: Readonly<Record<Derivation, string>> = {
  copy: 'the value itself',
  computed: 'computed row by row',
  aggregate: 'folded over rows',
};

/** Declassifications that lift nothing, and those of what is made otherwise than they say. */
export function declassifyFaults({ node, own, lineage, tags }: Judged): readonly Fault[] {
  const { contract, name } = node;
  return (contract?.declassify ?? []).flatMap(({ columns, kinds, as, line }) =>
    columns.flatMap((column) =>
      kinds.flatMap((kind): readonly Fault[] => {
        const fault = { file: contract?.file, line };
        const said = contract?.columns.find((spec) => spec.name === column)?.personal?.includes(kind);
        const reached = own.reached.get(column)?.some((tag) => tag.kind === kind);
        if (said || !(reached || own.rows.some((tag) => tag.kind === kind))) {
          const message = said
            ? `${name}.${column} is declassified of ${kind}, and tagged with it`
            : `${name}.${column} is declassified of ${kind}, which it does not carry`;
          return [{ ...fault, code: 'DECLASSIFY_UNUSED', message, hint: 'Take the one or the other out.' }];
        }
        const how = (lineage.get(node.id)?.columns.find((one) => one.column === column)?.from ?? [])
          .filter((from) =>
            tags
              .get(from.node)
              ?.carried.get(from.column)
              ?.some((tag) => tag.kind === kind),
          )
          .map((from) => from.how);
        const wrong = how.find((one) => !MADE_BY[as].includes(one));
        if (wrong === undefined) return [];
        return [
          {
            ...fault,
            code: 'DECLASSIFY_FORM',
            message: `${name}.${column} is declassified of ${kind} as ${as}, and is ${MADE[wrong]}`,
            expected: MADE_BY[as].map((one) => MADE[one]).join(' or '),
            found: MADE[wrong],
            hint: 'Make it in this model what it is declared to be, or say what it is.',
          },
        ];
      }),
    ),
  );
}
