import type { Fault, RunnerError } from '../errors.ts';
import { nodeConfig } from '../project/node-config.ts';
import type { MacroFile, NodeConfig, Project } from '../project/types.ts';
import { readYaml } from '../project/yaml.ts';
import { didYouMean } from '../util/suggest.ts';
import type { Noted } from './reads.ts';
import type { RenderOptions } from './types.ts';

/** What one rendering reads; collected by the functions that templates call. */
export interface Reading extends Noted {
  readonly incremental: boolean;
  config: NodeConfig;
  asksIncremental: boolean;
  /** Where and why a function refused its arguments; Nunjucks keeps only the message of an error. */
  refusal?: Refusal;
  /** The innermost macro that was running when an error was thrown. */
  failedMacro?: MacroFile;
  /** A macro was called that has faults of its own: what follows is no fault of the model. */
  calledBroken?: boolean;
}

export type Refusal = Omit<Fault, 'code' | 'file'>;

/** The functions and values that templates see, by name. */
export function globalsOf(
  project: Project,
  options: RenderOptions,
  reading: () => Reading,
  refuse: (refusal: Refusal) => never,
): Readonly<Record<string, unknown>> {
  const nodes = [...project.models, ...project.seeds].map(({ name }) => name);
  const tables = project.sources.map(({ system, table }) => `${system}.${table}`);
  const secrets = new Set(project.config.secrets.map(({ name }) => name));
  return {
    as_of: options.asOf,
    this: '"this:"',
    ref(name: string): string {
      if (!nodes.includes(name)) {
        refuse({ message: `ref('${name}') names no model or seed`, found: name, hint: didYouMean(name, nodes) });
      }
      reading().refs.add(name);
      return `"ref:${name}"`;
    },
    source(system: string, table: string): string {
      const name = `${system}.${table}`;
      if (!options.anySource && !tables.includes(name)) {
        refuse({
          message: `source('${system}', '${table}') is not in sources/sources.yml`,
          found: name,
          hint: didYouMean(name, tables),
        });
      }
      reading().sources.add(name);
      return `"source:${name}"`;
    },
    var(name: string, fallback?: unknown): unknown {
      const value = options.vars[name] ?? fallback;
      if (value !== undefined) {
        reading().vars.set(name, value);
        return value;
      }
      const hint =
        didYouMean(name, Object.keys(options.vars)) ??
        'Add it to vars: in project.yml, or give a default: var(name, default).';
      return refuse({ message: `var('${name}') has no value`, found: name, hint });
    },
    env(name: string, fallback?: string): string {
      if (secrets.has(name))
        refuse({
          message: `env('${name}') is a secret`,
          hint: 'SQL is stored and shown: a secret may not be part of it.',
        });
      const value =
        options.env(name) ??
        fallback ??
        refuse({
          message: `env('${name}') is not set`,
          found: name,
          hint: `Set it in .env, or give a default: env('${name}', '').`,
        });
      reading().env.set(name, value);
      return value;
    },
    config(given: Record<string, unknown>): string {
      const { __keywords, ...values } = given;
      const yaml = readYaml('{}', 'config()');
      const config = nodeConfig(yaml, values, []);
      try {
        yaml.done();
      } catch (error) {
        const fault = (error as RunnerError).faults[0];
        refuse({
          message: `config(): ${fault?.message}`,
          expected: fault?.expected,
          found: fault?.found,
          hint: fault?.hint,
        });
      }
      reading().config = { ...reading().config, ...config };
      return '';
    },
    is_incremental(): boolean {
      reading().asksIncremental = true;
      return reading().incremental;
    },
  };
}
