import type { Fault } from '../errors.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { Lineage } from '../lineage/types.ts';
import type { PersonalConfig } from '../project/personal-types.ts';
import type { ModelFile } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';
import { exceptionFaults, grantFaults, untaggedFaults } from './contract-faults.ts';
import { declassifyFaults } from './declassify-faults.ts';
import { leakFaults, unresolvedFaults } from './leak-faults.ts';
import { tagColumns } from './tag-columns.ts';
import type { Judged } from './types.ts';
import { unseenFaults } from './unseen-faults.ts';

/**
 * Where personal data steps into a schema that may not hold it, and what contracts say of it that is not so:
 * `PERSONAL_…`, `DECLASSIFY_…`. What steps over a border is told there, and not of what reads it.
 */
export function policyFaults(
  graph: Graph,
  lineage: Lineage,
  personal: PersonalConfig,
  files: readonly ModelFile[],
): readonly Fault[] {
  const nodes = [...graph.nodes.values()];
  const words = [...nodes.flatMap((node) => kindFaults(node, personal)), ...schemaFaults(nodes, personal)];
  if (words.length > 0) return words;
  const tags = tagColumns(graph, lineage, personal);
  return nodes.flatMap((node) => {
    const own = tags.get(node.id);
    if (!own) return [];
    const template = files.find(({ file }) => file === node.file)?.template ?? '';
    const judged: Judged = { graph, lineage, personal, tags, node, own, template };
    return [
      ...leakFaults(judged),
      ...unresolvedFaults(judged),
      ...unseenFaults(judged),
      ...untaggedFaults(judged),
      ...declassifyFaults(judged),
      ...exceptionFaults(judged),
      ...grantFaults(judged),
    ];
  });
}

/** Words that are no kind, in a contract or in sources.yml. */
function kindFaults(node: Node, { kinds }: PersonalConfig): readonly Fault[] {
  const known = Object.keys(kinds);
  const { contract } = node;
  const file = contract?.file ?? node.file;
  const ofColumns = (contract?.columns ?? []).map(({ name, personal, line }) => ({
    column: name,
    kinds: personal ?? [],
    line,
  }));
  const lifted = (contract?.declassify ?? []).map(({ columns, kinds: named, line }) => ({
    column: columns.join(', '),
    kinds: named,
    line,
  }));
  const said = node.type === 'source' ? (node.source.personal ?? []) : [...ofColumns, ...lifted];
  return said.flatMap(({ column, kinds: named, line }) =>
    named
      .filter((kind) => !known.includes(kind))
      .map((kind) => ({
        code: 'PERSONAL_KIND',
        message: `${node.name}.${column} is said to hold ${kind}, which is no kind of personal data`,
        file,
        line,
        expected: `one of ${known.join(', ')}`,
        found: kind,
        hint: didYouMean(kind, known) ?? 'The kinds are declared under personal: in project.yml.',
      })),
  );
}

function schemaFaults(nodes: readonly Node[], { schemas }: PersonalConfig): readonly Fault[] {
  const known = [...new Set(nodes.map(({ relation }) => relation.schema))];
  return Object.keys(schemas)
    .filter((schema) => !known.includes(schema))
    .map((schema) => ({
      code: 'PERSONAL_SCHEMA',
      message: `personal names the schema ${schema}, in which nothing is`,
      file: 'project.yml',
      expected: `one of ${known.join(', ')}`,
      found: schema,
      hint: didYouMean(schema, known) ?? 'Take it out.',
    }));
}
