import type { Fault } from '../errors.ts';
import type { Relation } from '../util/sql.ts';
import { mayHold } from './tag-columns.ts';
import type { Judged } from './types.ts';

/**
 * Where SQL names a relation with personal data and lineage does not see what becomes of it: by its schema and name rather
 * than by `ref()` or `source()`, be it in a text that a function runs; and in the hooks of a model that may not hold it.
 */
export function unseenFaults({ graph, personal, tags, node }: Judged): readonly Fault[] {
  if (node.type !== 'model') return [];
  const { body, incrementalBody, hooks } = node.rendered;
  const hooked = [...hooks.before, ...hooks.after].join('\n');
  const sql = [body, incrementalBody, hooked].join('\n');
  return [...graph.nodes.values()].flatMap((other): readonly Fault[] => {
    const kinds = [...new Set([...(tags.get(other.id)?.carried.values() ?? [])].flat().map(({ kind }) => kind))];
    if (kinds.length === 0) return [];
    const fault = { code: 'PERSONAL_UNRESOLVED', file: node.file };
    if (named(other.relation).test(sql)) {
      const { schema, name } = other.relation;
      return [
        {
          ...fault,
          message: `${node.name} names ${schema}.${name}, which holds ${kinds.join(', ')}, where nobody sees what becomes of it`,
          expected: other.type === 'source' ? 'source()' : `ref('${other.name}')`,
          found: name,
          hint: 'Read it by ref() or source() in a FROM clause; a comment names it without its schema.',
        },
      ];
    }
    const inHook = ['ref', 'source'].some((kind) => hooked.includes(`"${kind}:${other.name}"`));
    if (!inHook || other.id === node.id || kinds.every((kind) => mayHold(personal, node, kind))) return [];
    return [
      {
        ...fault,
        message: `a hook of ${node.name} names ${other.name}, which holds ${kinds.join(', ')}`,
        found: other.name,
        hint: 'Do this in a model of a schema that may hold it: nobody sees what a hook makes of what it reads.',
      },
    ];
  });
}

/** `schema.name`, with quotes or without. */
function named({ schema, name }: Relation): RegExp {
  const word = (text: string): string => `"?${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"?`;
  return new RegExp(`(?<![\\w$"])${word(schema)}\\s*\\.\\s*${word(name)}(?![\\w$"])`, 'iu');
}
