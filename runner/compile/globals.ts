import { configOf } from '../project/node-config.ts';
import type { NodeConfig } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';
import type { Noted } from './reads.ts';
import type { RenderOptions, Templated } from './types.ts';
import { isUnknown, UNKNOWN, type Watched, type Watcher } from './watch.ts';

/** What one rendering reads; collected by the functions that templates call. */
export interface Reading extends Noted, Watched {
  readonly incremental: boolean;
  config: NodeConfig;
  asksIncremental: boolean;
  /** A macro was called that has faults of its own: what follows is no fault of the model. */
  calledBroken: boolean;
}

/** How a function is called: so many texts, and at most so many arguments. */
interface Shape {
  readonly texts: number;
  readonly most: number;
  readonly written: string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  ref: { texts: 1, most: 1, written: "ref('name')" },
  source: { texts: 2, most: 2, written: "source('system', 'table')" },
  var: { texts: 1, most: 2, written: "var('name', default)" },
  env: { texts: 1, most: 2, written: "env('NAME', default)" },
  is_incremental: { texts: 0, most: 0, written: 'is_incremental()' },
};

type Refuse = Watcher['refuse'];

/** The functions and values that templates see, by name. */
export function globalsOf(
  project: Templated,
  options: RenderOptions,
  reading: () => Reading,
  refuse: Refuse,
): Readonly<Record<string, unknown>> {
  const nodes = new Set([...project.models, ...project.seeds].map(({ name }) => name));
  const tables = project.sources.map(({ system, table }) => `${system}.${table}`);
  const secrets = new Set(project.config.secrets.map(({ name }) => name));
  const functions = {
    ref(name: string): unknown {
      if (!nodes.has(name)) {
        const hint = didYouMean(name, nodes) ?? 'It is the name of a file in models/ or seeds/.';
        return refuse({ message: `ref('${name}') names no model or seed`, found: name, hint });
      }
      reading().refs.add(name);
      return `"ref:${name}"`;
    },
    source(system: string, table: string): unknown {
      const name = `${system}.${table}`;
      if (!options.anySource && !tables.includes(name)) {
        const message = `source('${system}', '${table}') is not in sources/sources.yml`;
        const hint = didYouMean(name, tables) ?? `There: ${tables.join(', ') || 'none'}.`;
        return refuse({ message, found: name, hint });
      }
      reading().sources.add(name);
      return `"source:${name}"`;
    },
    var(name: string, fallback?: unknown): unknown {
      const value = options.vars[name] ?? fallback;
      if (value === undefined) {
        const hint =
          didYouMean(name, Object.keys(options.vars)) ??
          'Add it to vars: in project.yml, or give a default: var(name, default).';
        return refuse({ message: `var('${name}') has no value`, found: name, hint });
      }
      reading().vars.set(name, value);
      return value;
    },
    env(name: string, fallback?: string): unknown {
      if (secrets.has(name)) {
        const hint = 'SQL is stored and shown: a secret may not be part of it.';
        return refuse({ message: `env('${name}') is a secret`, hint });
      }
      const value = options.env(name) ?? fallback;
      if (value === undefined) {
        const hint = `Set it in .env, or give a default: env('${name}', '').`;
        return refuse({ message: `env('${name}') is not set`, found: name, hint });
      }
      reading().env.set(name, value);
      return value;
    },
    is_incremental(): boolean {
      reading().asksIncremental = true;
      return reading().incremental;
    },
  };
  const called = Object.entries(functions).map(([name, work]) => [name, checked(name, work, refuse)]);
  return {
    ...Object.fromEntries(called),
    as_of: options.asOf,
    this: '"this:"',
    config(...args: readonly unknown[]): unknown {
      if (isUnknown(args)) return '';
      const [given, ...others] = args;
      if (!isNamed(given) || others.length > 0) {
        const hint = 'Each value has its key before it, and an = between them.';
        refuse({ message: 'config() takes keys and values', expected: "config(materialized='table', …)", hint });
        return '';
      }
      const { __keywords, ...values } = given;
      reading().config = { ...reading().config, ...configOf(values, refuse) };
      return '';
    },
  };
}

function checked(name: string, work: (...args: never[]) => unknown, refuse: Refuse): (...args: unknown[]) => unknown {
  const shape = SHAPES[name] ?? { texts: 0, most: 0, written: name };
  return (...args) => {
    if (isUnknown(args)) return UNKNOWN;
    const right =
      args.length >= shape.texts &&
      args.length <= shape.most &&
      args.slice(0, shape.texts).every((arg) => typeof arg === 'string') &&
      !args.some(isNamed);
    if (right) return work(...(args as never[]));
    const hint = args.includes(undefined)
      ? 'A variable in it has no value: a name stands in quotes.'
      : 'Its arguments stand in this order, names in quotes.';
    return refuse({ message: `${name}() is not called with what it needs`, expected: shape.written, hint });
  };
}

/** Arguments by name, `f(a=1)`, as Nunjucks gives them. */
function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__keywords');
}
