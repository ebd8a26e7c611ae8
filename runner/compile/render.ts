import nunjucks from 'nunjucks';
import { type Fault, RunnerError } from '../errors.ts';
import type { ModelFile } from '../project/types.ts';
import { hashOf } from '../util/hash.ts';
import { toReads } from './reads.ts';
import { loadParser } from './sql.ts';
import type { Compiled } from './template.ts';
import { createTemplates, type Run } from './templates.ts';
import { createMarker, type Token, type Trace } from './trace.ts';
import type { Rendered, RenderOptions, Templated } from './types.ts';

// What is rendered is parsed: this module is loaded by commands that need it, and then with the parser.
const parser = await loadParser();

/**
 * Renders the models of a project. Templates see `ref`, `source`, `var`, `env`, `config`, `this`, `is_incremental`,
 * `as_of`, the project's macros by name, and the filters `month_start`, `add_months`, `add_days` over ISO days.
 * @param onMacroFaults told the faults of macro files, whose callers then throw an error without faults; without it
 * they are thrown at once
 * @param compiled shared by the renderers of one project, a template is compiled once
 * @returns a function of one model; it throws RunnerError with every `TEMPLATE_ERROR`, with file, line and column
 */
export function createRenderer(
  project: Templated,
  options: RenderOptions,
  onMacroFaults: (faults: readonly Fault[]) => void = (faults) => {
    throw new RunnerError(faults);
  },
  compiled: Compiled = new Map(),
): (model: ModelFile) => Rendered {
  const { run, runHook, macroFaults } = createTemplates(project, options, { compiled });
  if (macroFaults.length > 0) onMacroFaults(macroFaults);
  return (model) => {
    const first = run(model, false);
    const { config } = first.reading;
    const hooks = {
      before: (config.pre_hook ?? []).map((hook) => runHook(model, hook)),
      after: (config.post_hook ?? []).map((hook) => runHook(model, hook)),
    };
    const second = first.reading.asksIncremental ? run(model, true) : first;
    requireFaultless([first, second]);
    const union = (key: 'refs' | 'sources' | 'macros'): readonly string[] => [
      ...new Set([...first.reading[key], ...second.reading[key]]),
    ];
    return {
      name: model.name,
      file: model.file,
      config,
      refs: union('refs'),
      sources: union('sources'),
      macros: union('macros'),
      hooks,
      reads: toReads([first.reading, second.reading], project.macros),
      ...asQueries(first.text.trim(), second.text.trim()),
    };
  };
}

/**
 * Renders a model once more to learn where each piece of its body came from.
 * @returns `undefined` when the marks that this needs change what is rendered
 */
export function createTracer(
  project: Templated,
  options: RenderOptions,
): (model: ModelFile, incremental: boolean) => Trace | undefined {
  const { lexer } = nunjucks as unknown as { lexer: { lex(template: string): { nextToken(): Token | null } } };
  const marker = createMarker((template) => {
    const [tokens, stream] = [[] as Token[], lexer.lex(template)];
    for (let token = stream.nextToken(); token; token = stream.nextToken()) tokens.push(token);
    return tokens;
  });
  return (model, incremental) => {
    try {
      const plain = createTemplates(project, options).run(model, incremental).text.trim();
      const trace = marker.read(createTemplates(project, options, { marker }).run(model, incremental).text);
      return trace.text === plain ? trace : undefined;
    } catch {
      return undefined;
    }
  };
}

function asQueries(
  body: string,
  incrementalBody: string,
): Pick<Rendered, 'body' | 'incrementalBody' | 'treeHash' | 'problem'> {
  const queries = (body === incrementalBody ? [body] : [body, incrementalBody]).map((text, index) => {
    const checked = parser.check(text);
    return 'tree' in checked
      ? { text: text.slice(0, checked.end).trimEnd(), tree: checked.tree + longPlaceholders(text) }
      : { text, tree: text, problem: { ...checked, incremental: index === 1 } };
  });
  const [first = { text: body, tree: body }, second = first] = queries;
  const problem = queries.find((query) => query.problem)?.problem;
  return {
    body: first.text,
    incrementalBody: second.text,
    treeHash: hashOfBoth(first.tree, second.tree),
    ...(problem ? { problem } : {}),
  };
}

/** As `hashOf` of the list of both; a text of many kilobytes is made into JSON once. */
function hashOfBoth(first: string, second: string): string {
  const json = JSON.stringify(first);
  return hashOf(`[${json},${second === first ? json : JSON.stringify(second)}]`);
}

/** PostgreSQL keeps 63 bytes of a name, so that two placeholders could be the same in the tree. */
function longPlaceholders(body: string): string {
  return (body.match(/"(?:ref|source|macro):[^"]*"/g) ?? []).filter((name) => Buffer.byteLength(name) > 65).join('');
}

/** @throws RunnerError with the faults of all, each once; without faults when a macro is called that has some itself */
function requireFaultless(runs: readonly Run[]): void {
  const faults = new Map(runs.flatMap(({ reading }) => reading.faults.map((fault) => [JSON.stringify(fault), fault])));
  if (faults.size > 0 || runs.some(({ reading }) => reading.calledBroken)) throw new RunnerError([...faults.values()]);
}
