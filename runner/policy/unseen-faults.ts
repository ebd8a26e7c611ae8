import type { Fault } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import type { Relation } from '../util/sql.ts';
import { mayHold } from './tag-columns.ts';
import type { Judged } from './types.ts';

/**
 * Where a model reads what lineage does not see, whatever its schema may hold: what it makes of it would have no tag. Its SQL may name
 * no relation but by `ref()`, `source()` and `this`, nor a function that reads by itself; nor may its hooks, which put nothing that is
 * personal where it may not be. The parse tree tells; of a text (a literal, a DO block) only that it holds a name.
 */
export function unseenFaults(judged: Judged): readonly Fault[] {
  const { lineage, node } = judged;
  if (node.type !== 'model') return [];
  const { body, incrementalBody, hooks } = node.rendered;
  const hooked = [...hooks.before, ...hooks.after].join('\n');
  const found =
    namedFault(judged, [body, incrementalBody, hooked].join('\n')) ??
    barredFault(judged, hooked) ??
    unseenFault(node, lineage.get(node.id)?.unseen ?? []);
  return found ? [{ code: 'PERSONAL_UNRESOLVED', file: node.file, ...found }] : [];
}

type Unplaced = Omit<Fault, 'code' | 'file'>;

/** A relation with personal data that stands there by its schema and name. */
function namedFault({ graph, tags, node }: Judged, sql: string): Unplaced | undefined {
  const other = [...graph.nodes.values()].find(
    ({ id, relation }) => (tags.get(id)?.carried.size ?? 0) > 0 && namesOf(relation).test(sql),
  );
  if (!other) return undefined;
  const { schema, name } = other.relation;
  return {
    message: `${node.name} names ${schema}.${name}, which holds personal data, where nobody sees what becomes of it`,
    expected: other.type === 'source' ? 'source()' : `ref('${other.name}')`,
    found: name,
    hint: 'Read it by ref() or source() in a FROM clause; a comment names it without its schema.',
  };
}

/** `schema.name`, with quotes or without. */
function namesOf({ schema, name }: Relation): RegExp {
  const word = (text: string): string => `"?${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"?`;
  return new RegExp(`(?<![\\w$"])${word(schema)}\\s*\\.\\s*${word(name)}(?![\\w$"])`, 'iu');
}

/** Hooks that name a node which may not hold what another one holds: it could be copied from the one to the other. */
function barredFault({ graph, personal, tags, node }: Judged, hooked: string): Unplaced | undefined {
  const others = [...graph.nodes.values()].filter(
    ({ id, name }) => id !== node.id && ['ref', 'source'].some((kind) => hooked.includes(`"${kind}:${name}"`)),
  );
  const kindsOf = ({ id }: Node): readonly string[] =>
    [...(tags.get(id)?.carried.values() ?? [])].flat().map(({ kind }) => kind);
  const all = [node, ...others];
  for (const holder of all)
    for (const one of all) {
      if (one === holder || kindsOf(holder).every((kind) => mayHold(personal, one, kind))) continue;
      return {
        message: `a hook of ${node.name} names ${holder.name}, which holds ${[...new Set(kindsOf(holder))].join(', ')}, beside ${one.name}, which may not`,
        found: holder.name,
        hint: 'Do this in a model of a schema that may hold it: nobody sees what a hook makes of what it reads.',
      };
    }
  return undefined;
}

function unseenFault({ name }: Node, unseen: readonly string[]): Unplaced | undefined {
  if (unseen.length === 0) return undefined;
  return {
    message: `${name} names ${unseen.join(', ')}, and nobody sees what that reads, or what becomes of it`,
    expected: "ref(), source() and this; PostgreSQL's own functions, in FROM those that make rows of a value",
    found: unseen.join(', '),
    hint: 'Declare a relation in sources.yml, with what in it is personal. Grants are said in config().',
  };
}
