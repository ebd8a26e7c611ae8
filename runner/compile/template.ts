import nunjucks from 'nunjucks';

/** Told by a template, while it is rendered, of what could go wrong, each with its place; lines and columns from 1. */
export interface Watch {
  /** Runs a call, filter or test: its value, or what stands for it when it fails. */
  call(file: string, line: number, column: number, run: () => unknown): unknown;
  /** Looks up a member, filters, or asks whether something is in something: unless that is unknown. */
  apply(run: (...args: unknown[]) => unknown, context: unknown, args: unknown[]): unknown;
  /** @returns what is to be printed */
  print(file: string, line: number, column: number, value: unknown): unknown;
  /** @returns what decides as a condition */
  judge(file: string, line: number, column: number, value: unknown): unknown;
}

/** What Nunjucks' compiler has and its types do not. */
interface Node {
  readonly typename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly children?: readonly Node[];
  readonly cond?: Node;
  /** Of a filter. */
  readonly name?: { readonly value: string };
  readonly args?: Node;
  /** Of `target.val` and `target[val]`. */
  readonly target?: Node;
  readonly val?: Node;
  /** Of `left in right`. */
  readonly left?: Node;
  readonly right?: Node;
}
interface Compiler {
  compile(node: Node, frame?: unknown): void;
  _emit(code: string): void;
  getCode(): string;
}
const { compiler, parser } = nunjucks as unknown as {
  readonly compiler: { readonly Compiler: new (file: string) => Compiler };
  readonly parser: { parse(text: string): Node };
};

/** The parts of a template that may throw. */
const CALLS: ReadonlySet<string> = new Set(['FunCall', 'Filter', 'Is', 'In']);

/** Templates as functions, by file and text: they fit every environment. */
export type Compiled = Map<string, unknown>;

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
): nunjucks.Template {
  const key = `${file}\n${text}`;
  const obj = compiled.get(key) ?? new Function(codeOf(text, file))();
  compiled.set(key, obj);
  return new nunjucks.Template({ type: 'code', obj } as unknown as string, environment, file, true);
}

function codeOf(text: string, file: string): string {
  const made = new compiler.Compiler(file);
  const emit = (code: string): void => made._emit(code);
  const plain = made.compile.bind(made);
  const uses = new Map<Node, string>();
  const watched = (method: string, { lineno, colno }: Node): string =>
    `env.watch.${method}(${JSON.stringify(file)}, ${lineno + 1}, ${colno + 1}, `;
  made.compile = (node, frame): void => {
    if (node.typename === 'Output') for (const child of node.children ?? []) uses.set(child, watched('print', node));
    if (node.cond) uses.set(node.cond, watched('judge', node.cond));
    const called = CALLS.has(node.typename) ? `${watched('call', node)}() => ` : '';
    const use = uses.get(node) ?? '';
    emit(use + called);
    const { run, parts } = applied(node) ?? {};
    if (run === undefined) plain(node, frame);
    else emit(`env.watch.apply(${run}, context, [`);
    for (const part of parts ?? []) {
      made.compile(part, frame);
      emit(',');
    }
    if (run !== undefined) emit('])');
    emit((called && ')') + (use && ')'));
  };
  made.compile(parser.parse(text));
  return made.getCode();
}

/** What Nunjucks' runtime does to values, and the values. */
function applied(node: Node): { readonly run: string; readonly parts: readonly Node[] } | undefined {
  const { typename, name, args, target, val, left, right } = node;
  if (typename === 'LookupVal' && target && val) return { run: 'runtime.memberLookup', parts: [target, val] };
  if (typename === 'In' && left && right) return { run: 'runtime.inOperator', parts: [left, right] };
  if (typename !== 'Filter' || !name) return undefined;
  return { run: `env.getFilter(${JSON.stringify(name.value)})`, parts: args?.children ?? [] };
}
