import type { Form } from '../contracts/declassify.ts';
import type { Fault } from '../errors.ts';
import type { ColumnOrigin, Showing } from '../lineage/types.ts';
import type { Judged } from './types.ts';

/** What of a personal value may show, at the most, in what is declassified as a form of it. */
const MAY_SHOW: Readonly<Record<Form, readonly Showing[]>> = {
  sum: ['sum', 'count', 'ask'],
  count: ['count', 'ask'],
  band: ['ask'],
  flag: ['ask'],
  measure: ['ask'],
};

const ASKED = 'an answer that the value only decides: by a comparison, a condition of a CASE or of a join';
const EXPECTED: Readonly<Record<Form, string>> = {
  sum: 'sum() or avg() over rows',
  count: 'count() over rows',
  band: ASKED,
  flag: ASKED,
  measure: ASKED,
};

/** Declassifications that lift nothing, and those of what is made otherwise than they say. */
export function declassifyFaults(judged: Judged): readonly Fault[] {
  const { node, own } = judged;
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
        const wrong = reached ? wrongValue(judged, column, kind, as) : wrongRows(judged, column, as);
        if (wrong === undefined) return [];
        return [
          {
            ...fault,
            code: 'DECLASSIFY_FORM',
            message: `${name}.${column} is declassified of ${kind} as ${as}, and is ${wrong}`,
            expected: EXPECTED[as],
            found: wrong,
            hint: 'Make it in this model what it is declared to be, or say what it is.',
          },
        ];
      }),
    ),
  );
}

/** In words, what a column is made of the personal columns that reach it, if that shows too much. */
function wrongValue(judged: Judged, column: string, kind: string, as: Form): string | undefined {
  const wrong = originsOf(judged, column).find(
    ({ node, column: from, shows }) =>
      judged.tags
        .get(node)
        ?.carried.get(from)
        ?.some((tag) => tag.kind === kind) && !(shows && MAY_SHOW[as].includes(shows)),
  );
  return wrong && wordsOf(wrong);
}

function wordsOf({ how, shows }: ColumnOrigin): string {
  if (shows) return shows === 'ask' ? 'asked of row by row' : `a ${shows}`;
  return { copy: 'the value itself', computed: 'computed row by row', aggregate: 'folded over rows' }[how];
}

/** The same of one in rows that are chosen by what is personal: a number that fits it is as good as the value. */
function wrongRows(judged: Judged, column: string, as: Form): string | undefined {
  if (judged.lineage.get(judged.node.id)?.makesRows) return 'in rows that a function in FROM or WITH RECURSIVE makes';
  const from = originsOf(judged, column);
  if (as === 'sum' || as === 'count')
    return from.length > 0 && from.every(({ how }) => how !== 'aggregate') ? 'not folded over rows' : undefined;
  if (as === 'flag') return undefined;
  if (from.length === 0) return 'from no column';
  return from.some(({ how, shows }) => how === 'aggregate' && !shows) ? 'folded over rows' : undefined;
}

function originsOf({ lineage, node }: Judged, column: string): readonly ColumnOrigin[] {
  return lineage.get(node.id)?.columns.find((one) => one.column === column)?.from ?? [];
}
