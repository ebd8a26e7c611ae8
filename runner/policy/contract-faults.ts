import type { Fault } from '../errors.ts';
import { mayHold, ownTags, pathOf } from './tag-columns.ts';
import type { Judged } from './types.ts';

/** Masks of samples, alerts and reports go by the contract. */
export function untaggedFaults({ graph, tags, personal, node, own: { carried } }: Judged): readonly Fault[] {
  if (node.type !== 'model' || node.materialized === 'ephemeral') return [];
  const said = ownTags(node);
  return [...carried].flatMap(([column, all]) => {
    const lacking = all.filter(({ kind }) => mayHold(personal, node, kind) && !said.get(column)?.includes(kind));
    const [first] = lacking;
    if (!first) return [];
    const kinds = lacking.map(({ kind }) => kind).join(', ');
    return [
      {
        code: 'PERSONAL_UNTAGGED',
        message: `column ${column} of ${node.name} carries ${kinds}, and ${node.contract ? 'its contract does not say so' : 'it has no contract that says so'}`,
        file: node.contract?.file ?? node.file,
        line: node.contract?.columns.find(({ name }) => name === column)?.line ?? 1,
        expected: `personal: ${all.length === 1 ? all[0]?.kind : `[${all.map(({ kind }) => kind).join(', ')}]`}`,
        found: [...pathOf(graph, tags, first), `${node.name}.${column}`].join(' → '),
        hint: first.untraced
          ? "Where it comes from can't be traced, so that it is taken to carry all that is read: tag it, or name the columns one by one."
          : 'Tag the column, so that its values are masked where rows are shown.',
      },
    ];
  });
}

/** Whoever is granted a relation may read what it holds, and is given the use of its schema with it. */
export function grantFaults({ personal: { readers, schemas }, node, own }: Judged): readonly Fault[] {
  const grants = node.type === 'source' ? {} : (node.config.grants ?? {});
  const kinds = [...new Set([...own.carried.values()].flat().map(({ kind }) => kind))];
  const beside = kinds.length > 0 ? [] : (schemas[node.relation.schema] ?? []);
  const refused = (role: string): readonly string[] => {
    const isRefused = (kind: string): boolean => !readers[role]?.includes(kind);
    return beside.every(isRefused) ? [...beside, ...kinds.filter(isRefused)] : [];
  };
  return [...new Set(Object.values(grants).flat())].flatMap((role) => {
    const barred = refused(role);
    if (barred.length === 0) return [];
    const holds = kinds.length > 0 ? 'holds' : `stands in ${node.relation.schema}, which may hold`;
    return [
      {
        code: 'PERSONAL_GRANTED',
        message: `${node.name} ${holds} ${barred.join(', ')}, and ${role} may read it`,
        file: node.file,
        expected:
          Object.keys(readers)
            .filter((reader) => refused(reader).length === 0)
            .join(', ') || 'no grants',
        found: role,
        hint: 'Take the grant out: which role may read which kinds is said under personal: in project.yml.',
      },
    ];
  });
}

/** A model that may hold what its schema may not holds it. */
export function exceptionFaults({ personal: { models, schemas }, node, own }: Judged): readonly Fault[] {
  const exception = node.type === 'model' ? models[node.name] : undefined;
  if (node.type !== 'model' || !exception) return [];
  const { kinds, line } = exception;
  const idle = kinds.filter(
    (kind) =>
      schemas[node.relation.schema]?.includes(kind) ||
      !([...own.carried.values()].flat().some((tag) => tag.kind === kind) || own.rows.some((tag) => tag.kind === kind)),
  );
  return idle.map((kind) => ({
    code: 'PERSONAL_UNUSED',
    message: `${node.name} need not be allowed to hold ${kind}`,
    file: 'project.yml',
    line,
    hint: 'Take it out: what is allowed and not needed is a door left open.',
  }));
}
