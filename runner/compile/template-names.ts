/** What Nunjucks' parser gives; lines and columns from 0. */
export interface TemplateNode {
  readonly typename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly fields: readonly string[];
  readonly [field: string]: unknown;
}

/** What reads like something else than it is. `name` is a word that nothing gives a value. */
export type Stray =
  | { readonly kind: 'name'; readonly name: string; readonly line: number; readonly column: number }
  | { readonly kind: 'list'; readonly line: number; readonly column: number };

/**
 * What is silently nothing in a template: names that neither it nor `known` gives a value, where nothing else tells
 * them (a call or a print does), and lists in parentheses, of which only the last item counts.
 * Names are not told apart by their place: one that is set anywhere in the file is known in all of it.
 */
export function strays(root: TemplateNode, known: ReadonlySet<string>): readonly Stray[] {
  const given = new Set([...known, 'loop', 'caller']);
  const read: TemplateNode[] = [];
  const found: Stray[] = [];
  const walk = (node: TemplateNode, use: Use): void => {
    if (node.typename === 'Symbol') {
      if (use === 'given') given.add(String(node.value));
      if (use === 'read') read.push(node);
      return;
    }
    if (node.typename === 'Group' && childrenOf(node).length > 1) found.push({ kind: 'list', ...placeOf(node) });
    for (const field of node.fields)
      for (const [index, child] of nodesOf(node[field]).entries()) walk(child, useOf(node, use, field, index));
  };
  walk(root, 'read');
  for (const node of read) {
    const name = String(node.value);
    if (!given.has(name)) found.push({ kind: 'name', name, ...placeOf(node) });
  }
  return found;
}

/** The parameters of a macro in the order of its call. */
export function parametersOf(root: TemplateNode, macro: string): readonly string[] | undefined {
  const found = childrenOf(root).find(
    (node) => node.typename === 'Macro' && isNode(node.name) && node.name.value === macro,
  );
  const names = (node: TemplateNode): readonly string[] =>
    node.typename === 'Symbol'
      ? [String(node.value)]
      : childrenOf(node).flatMap(({ key }) => (isNode(key) ? [String(key.value)] : []));
  return found && isNode(found.args) ? childrenOf(found.args).flatMap(names) : undefined;
}

/**
 * `given`: it gets a value here; `told`: that it has none is told by whoever runs the template, or asked for;
 * `default`: the arguments of that filter, the first of which may have none.
 */
type Use = 'read' | 'given' | 'told' | 'default';

const GIVES: Readonly<Record<string, readonly string[]>> = {
  Set: ['targets'],
  For: ['name'],
  Macro: ['name', 'args'],
  Caller: ['name', 'args'],
};

function useOf(parent: TemplateNode, use: Use, field: string, index: number): Use {
  const { typename } = parent;
  if (GIVES[typename]?.includes(field)) return 'given';
  if (typename === 'Pair') return field === 'value' ? 'read' : use === 'given' ? 'given' : 'told';
  if (LISTS.has(typename)) return use === 'default' && index === 0 ? 'told' : use === 'given' ? 'given' : 'read';
  if (typename === 'Filter' && field === 'args') return isDefault(parent.name) ? 'default' : 'read';
  return typename === 'Output' || typename === 'Is' || field === 'name' ? 'told' : 'read';
}

const LISTS: ReadonlySet<string> = new Set(['NodeList', 'Array', 'KeywordArgs']);

function isDefault(name: unknown): boolean {
  return isNode(name) && (name.value === 'default' || name.value === 'd');
}

function childrenOf(node: TemplateNode): readonly TemplateNode[] {
  return nodesOf(node.children);
}

function nodesOf(value: unknown): readonly TemplateNode[] {
  return (Array.isArray(value) ? value : [value]).filter(isNode);
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}

function placeOf({ lineno, colno }: TemplateNode): { readonly line: number; readonly column: number } {
  return { line: lineno + 1, column: colno + 1 };
}
