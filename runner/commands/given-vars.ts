import { RunnerError } from '../errors.ts';
import type { Graph } from '../graph/types.ts';
import type { Project } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';

type Vars = Readonly<Record<string, unknown>>;

/**
 * `k=v` pairs; a value that reads as JSON (`true`, `12`, `{"a": 1}`) is that, any other is a text.
 * @throws RunnerError `VARS_INVALID`
 */
export function parseVars(pairs: readonly string[]): Vars {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1)
        throw new RunnerError({
          code: 'VARS_INVALID',
          message: '--vars is not understood',
          expected: 'name=value',
          found: pair,
          hint: 'One pair each: --vars currency=USD --vars n=3',
        });
      const value = pair.slice(equals + 1);
      try {
        return [
          pair.slice(0, equals),
          JSON.parse(/^(true|false)$/i.test(value) ? value.toLowerCase() : value) as unknown,
        ];
      } catch {
        return [pair.slice(0, equals), value];
      }
    }),
  );
}

/** Variables with those of the command line over them: `a=…` is all of `a`, `a.b=…` the key `b` of the map `a`. */
export function overlaid(declared: Vars, given: Vars): Vars {
  const vars = { ...declared };
  for (const [name, value] of Object.entries(given)) {
    const [key = '', ...rest] = name.split('.');
    const inner = vars[key];
    if (rest.length === 0 || name in vars || !isMap(inner)) vars[name] = value;
    else vars[key] = overlaid(inner, { [rest.join('.')]: value });
  }
  return vars;
}

/**
 * Refuses variables that nothing would read: most are mistyped. A variable need not be declared: it is enough that a model
 * has read it, that `var(name, default)` stands in some branch of a template, or `vars` of a source or a unit test.
 * @param inline a template beside those of the project
 * @throws RunnerError `VARS_UNKNOWN`
 */
export function requireKnownVars(names: readonly string[], project: Project, graph: Graph, inline: string): void {
  const declared = namesOf(project.config.vars);
  const undeclared = names.filter((name) => !declared.includes(name));
  if (undeclared.length === 0) return;
  const templates = [...project.models, ...project.macros].map(({ template }) => template);
  const written = [...templates, inline].flatMap((text) =>
    [...text.matchAll(/\bvar\(\s*(['"])(.+?)\1/g)].map(([, , name = '']) => name),
  );
  const read = [...graph.nodes.values()].flatMap((node) =>
    node.type === 'model'
      ? [node.rendered.reads.vars, ...node.unitTests.map(({ vars }) => vars)].flatMap(Object.keys)
      : [],
  );
  const known = [...declared, ...written, ...read, ...project.sources.flatMap(({ vars }) => vars)];
  const unknown = undeclared.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new RunnerError(
    unknown.map((name) => ({
      code: 'VARS_UNKNOWN',
      message: `--vars ${name}: nothing reads a variable of that name`,
      found: name,
      hint: didYouMean(name, known) ?? `Variables are: ${[...new Set(known)].join(', ') || 'none'}.`,
    })),
  );
}

/** Names of variables and, behind a dot, of the keys of those that are maps. */
function namesOf(vars: Vars): readonly string[] {
  return Object.entries(vars).flatMap(([name, value]) => [
    name,
    ...(isMap(value) ? namesOf(value).map((key) => `${name}.${key}`) : []),
  ]);
}

function isMap(value: unknown): value is Vars {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
