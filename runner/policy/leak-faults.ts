import type { Fault } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import type { PersonalConfig } from '../project/personal-types.ts';
import { mayHold, pathOf, untracedWords } from './tag-columns.ts';
import type { Judged, NodeTags, Tag } from './types.ts';

/** Columns that carry what their schema may not hold, and rows that are chosen by it. */
export function leakFaults(judged: Judged): readonly Fault[] {
  const { graph, tags, personal, node, own } = judged;
  const { schema } = node.relation;
  const fault = (tag: Tag, to: string, message: string, column: string, lift: string): Fault => ({
    code: 'PERSONAL_LEAK',
    message: `${message}, which ${schema} may not hold`,
    ...placeOf(judged, tag, column),
    found: [...pathOf(graph, tags, tag), to].join(' → '),
    hint: `Leave it out, or build it where it may be (${holders(personal, tag.kind)}). ${lift}`,
  });
  const columns = [...own.carried].flatMap(([column, carried]) =>
    carried
      .filter(({ kind, untraced }) => !untraced && !mayHold(personal, node, kind))
      .map((tag) =>
        fault(
          tag,
          `${node.name}.${column}`,
          `column ${column} of ${node.name} carries ${tag.kind}`,
          column,
          `If it tells of nobody any more, declassify it in its contract, with the reason.`,
        ),
      ),
  );
  const decided = own.rows
    .filter(({ kind }) => !mayHold(personal, node, kind) && !rowsLifted(node, own, kind))
    .map((tag) =>
      fault(
        tag,
        `rows of ${node.name}`,
        `which rows ${node.name} has is decided by ${tag.kind}`,
        tag.from?.column ?? '',
        `If that tells of nobody, declassify in its contract the columns that it decides, with the reason.`,
      ),
    );
  return [...columns, ...decided];
}

/** By a declassification of a column that does not carry the kind itself: what it says must be of the rows. */
function rowsLifted({ contract }: Node, { reached }: NodeTags, kind: string): boolean {
  return (contract?.declassify ?? []).some(
    ({ columns, kinds }) =>
      kinds.includes(kind) && columns.some((column) => !reached.get(column)?.some((tag) => tag.kind === kind)),
  );
}

/** Where the column is made; where it is said to hold what it may not, if nothing brought that. */
function placeOf({ graph, node, template }: Judged, { from }: Tag, column: string): Pick<Fault, 'file' | 'line'> {
  if (from) return { file: node.file, line: lineIn(template, column, graph.nodes.get(from.node)?.name) };
  if (node.type === 'source')
    return { file: node.file, line: node.source.personal?.find((one) => one.column === column)?.line };
  return { file: node.contract?.file, line: node.contract?.columns.find(({ name }) => name === column)?.line };
}

function holders({ schemas }: PersonalConfig, kind: string): string {
  return (
    Object.keys(schemas)
      .filter((schema) => schemas[schema]?.includes(kind))
      .join(', ') || 'no schema so far'
  );
}

/** The last line that names the column, or else what it is read from; the first where none does. */
function lineIn(template: string, column: string, parent = ''): number {
  const lines = template.split('\n').map((line) => line.split(/[^\p{L}\p{N}_]+/u));
  const named = [column, parent.replace(/.*\./, '')].map((word) =>
    lines.findLastIndex((words) => words.includes(word)),
  );
  return (named.find((at) => at >= 0) ?? 0) + 1;
}

/** Of a schema that may hold it, what can't be traced has to be tagged; of another it is refused. */
export function unresolvedFaults({ lineage, personal, node, own: { carried }, template }: Judged): readonly Fault[] {
  const traced = lineage.get(node.id);
  const columns = [...carried].flatMap(([column, tags]) =>
    tags.some(({ kind, untraced }) => untraced && !mayHold(personal, node, kind)) ? [column] : [],
  );
  const [first] = columns;
  // What it reads unseen is told by itself.
  if (!traced || first === undefined || traced.unseen.length > 0) return [];
  const own = traced.columns.filter(({ column }) => columns.includes(column));
  const words = new Set([...traced.unresolved, ...own.flatMap(({ unresolved }) => untracedWords(unresolved))]);
  return [
    {
      code: 'PERSONAL_UNRESOLVED',
      message: `${node.name} reads personal data, and where its ${columns.join(', ')} come${columns.length > 1 ? '' : 's'} from can't be told`,
      file: node.file,
      line: lineIn(template, first),
      found: [...words].join('; '),
      hint: 'Is a name misspelt? Name the columns that are read one by one, or do this in a model of a schema that may hold them.',
    },
  ];
}
