import nunjucks from 'nunjucks';
import { nodesOf, parametersOf, strays, type TemplateNode } from './template-names.ts';

/** Told by a template, while it is rendered, of what could go wrong, each with its place; lines and columns from 1. */
export interface Watch {
  /** Runs a call, filter or test: its value, or what stands for it when it fails. */
  call(file: string, line: number, column: number, run: () => unknown): unknown;
  /** @returns the value of a name that the template itself gives none */
  name(file: string, line: number, column: number, name: string, value: unknown): unknown;
  /** @returns what stands for a list in parentheses, of which only the last item would count */
  list(file: string, line: number, column: number): unknown;
  /** Looks up `target.key`. */
  member(file: string, line: number, column: number, lookUp: LookUp, target: unknown, key: unknown): unknown;
  /** Filters, or asks whether something is in something: unless that is unknown. */
  apply(run: (...args: unknown[]) => unknown, context: unknown, ...args: unknown[]): unknown;
  /** @returns what is to be printed */
  print(file: string, line: number, column: number, value: unknown): unknown;
  /** @returns what decides as a condition */
  judge(file: string, line: number, column: number, value: unknown): unknown;
}

export type LookUp = (target: unknown, key: unknown) => unknown;

/** What Nunjucks' compiler has and its types do not. */
interface Compiler {
  compile(node: TemplateNode, frame?: unknown): void;
  _emit(code: string): void;
  getCode(): string;
}
const { compiler, parser } = nunjucks as unknown as {
  readonly compiler: { readonly Compiler: new (file: string) => Compiler };
  readonly parser: { parse(text: string): TemplateNode };
};

/** The parts of a template that may throw. */
const CALLS: ReadonlySet<string> = new Set(['FunCall', 'Filter', 'Is', 'In']);

/** Templates as functions, by file and text: they fit every environment. */
export type Compiled = Map<string, Code>;

interface Code {
  readonly functions: unknown;
  readonly parameters: ReadonlyMap<string, readonly string[]>;
}

/** A template, and the parameters of the macros that it defines. */
export type Template = nunjucks.Template & Pick<Code, 'parameters'>;

/**
 * Compiles a template that tells `watch` of its environment what it does: Nunjucks itself ends at the first error, and
 * knows no place of one within a macro.
 * @throws an error of Nunjucks' parser
 */
export function compileTemplate(
  text: string,
  file: string,
  environment: nunjucks.Environment & { watch?: Watch },
  compiled: Compiled,
): Template {
  const key = `${file}\n${text}`;
  const { functions, parameters } = compiled.get(key) ?? codeOf(text, file);
  compiled.set(key, { functions, parameters });
  const code = { type: 'code', obj: functions } as unknown as string;
  return Object.assign(new nunjucks.Template(code, environment, file, true), { parameters });
}

function codeOf(text: string, file: string): Code {
  const root = parser.parse(text);
  const made = new compiler.Compiler(file);
  const emit = (code: string): void => made._emit(code);
  const plain = made.compile.bind(made);
  const uses = new Map<TemplateNode, string>();
  const watched = (method: keyof Watch, { lineno, colno }: TemplateNode): string =>
    `env.watch.${method}(${JSON.stringify(file)}, ${lineno + 1}, ${colno + 1}, `;
  const { names, lists } = strays(root);
  for (const name of names) uses.set(name, `${watched('name', name)}${JSON.stringify(name.value)}, `);
  made.compile = (node, frame): void => {
    if (node.typename === 'Output') for (const child of nodesOf(node.children)) uses.set(child, watched('print', node));
    for (const cond of nodesOf(node.cond)) uses.set(cond, watched('judge', cond) + (uses.get(cond) ?? ''));
    const called = CALLS.has(node.typename) ? `${watched('call', node)}() => ` : '';
    const opened = (uses.get(node) ?? '') + called;
    emit(opened);
    const own = lists.includes(node) ? { run: watched('list', node), parts: [] } : applied(node, watched);
    if (own) emit(own.run);
    else plain(node, frame);
    for (const part of own?.parts ?? []) {
      made.compile(part, frame);
      emit(',');
    }
    if (own) emit(')');
    emit(')'.repeat(opened.split('env.watch.').length - 1));
  };
  made.compile(root);
  return { functions: new Function(made.getCode())(), parameters: parametersOf(root) };
}

/** What Nunjucks' runtime does to values, up to its open parenthesis, and the values. */
function applied(
  node: TemplateNode,
  watched: (method: keyof Watch, node: TemplateNode) => string,
): { readonly run: string; readonly parts: readonly TemplateNode[] } | undefined {
  const { typename, name, args, target, val, left, right } = node;
  if (typename === 'LookupVal')
    return { run: `${watched('member', node)}runtime.memberLookup, `, parts: [...nodesOf(target), ...nodesOf(val)] };
  if (typename === 'In')
    return { run: 'env.watch.apply(runtime.inOperator, context, ', parts: [...nodesOf(left), ...nodesOf(right)] };
  const [filter] = nodesOf(name);
  if (typename !== 'Filter' || !filter) return undefined;
  const run = `env.watch.apply(env.getFilter(${JSON.stringify(filter.value)}), context, `;
  return { run, parts: nodesOf(args).flatMap(({ children }) => nodesOf(children)) };
}
