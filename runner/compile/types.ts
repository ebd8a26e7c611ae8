import type { NodeConfig, Project } from '../project/types.ts';
import type { QueryProblem } from './sql.ts';

/** What of a project its templates may see. */
export type Templated = Pick<Project, 'config' | 'macros' | 'models' | 'seeds' | 'sources'>;

/** A model's template, rendered once for a day and a set of variables, before anything is known of the database. */
export interface Rendered {
  readonly name: string;
  readonly file: string;
  /** The folder's configuration with the model's own `config()` over it. */
  readonly config: NodeConfig;
  /** Names given to `ref()`, `system.table` pairs given to `source()`, macros called, in the order of first use. */
  readonly refs: readonly string[];
  readonly sources: readonly string[];
  readonly macros: readonly string[];
  /**
   * One query in which relations are placeholders (`"ref:name"`, `"source:system.table"`, `"this:"`), so that it is the
   * same for every target and batch; without the `;` it may end with. With `is_incremental()` false; `incrementalBody`
   * has it true.
   */
  readonly body: string;
  readonly incrementalBody: string;
  /** Statements of `pre_hook` and `post_hook`, with placeholders as in `body`. */
  readonly hooks: { readonly before: readonly string[]; readonly after: readonly string[] };
  /**
   * Hash of both bodies as parsed SQL: a comment, another layout or a moved file does not change it, a literal does.
   * Where one does not parse (as may be with a macro left out) it stands in it as text.
   */
  readonly treeHash: string;
  /** Why a body is not one query; `incremental` says which body. */
  readonly problem?: QueryProblem & { readonly incremental: boolean };
  /** What stands behind the text of the body. */
  readonly reads: Reads;
}

/** What a rendering read, directly or through macros; none of it decides, for the rendered body holds what came of it. */
export interface Reads {
  /** Macros called → their text. */
  readonly macros: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  /** The day, `null` when nothing read it. */
  readonly asOf: string | null;
}

export interface RenderOptions {
  /** The day the run stands for, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Environment for `env()`; secrets are not in it. */
  readonly env: (name: string) => string | undefined;
  /** Macros that render as their own name instead of their result, for fingerprints that must not see it. */
  readonly frozenMacros?: ReadonlySet<string>;
  /** Accepts every `source()`: which tables there are could not be read, and that is told elsewhere. */
  readonly anySource?: boolean;
}
