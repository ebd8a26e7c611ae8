import { quoted, type Relation } from '../util/sql.ts';

/** What stands for the placeholders of a rendered body at one moment, on one target. */
export interface Binding {
  /** The relation of a model or seed, or SQL for one that has none. */
  readonly ref: (name: string) => Relation | string;
  /** SQL of a source: a relation, or a subquery over the batch in force. */
  readonly source: (name: string) => string;
  readonly self: Relation;
}

/** The body with its placeholders replaced: SQL that runs. */
export function bind(body: string, binding: Binding): string {
  return body.replace(/"(ref|source|this):([^"]*)"/g, (_match, kind: string, name: string) => {
    if (kind === 'ref') {
      const ref = binding.ref(name);
      return typeof ref === 'string' ? ref : quoted(ref);
    }
    return kind === 'source' ? binding.source(name) : quoted(binding.self);
  });
}
