/** What Nunjucks' parser gives; lines and columns from 0. */
export interface TemplateNode {
  readonly typename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly fields: readonly string[];
  readonly [field: string]: unknown;
}

/**
 * What may be silently nothing in a template. `names`: those read that it gives no value itself, where nothing else tells
 * that they have none, as a call and a print do; names are not told apart by their place: one that is set anywhere in the file is
 * known in all of it. `lists`: in parentheses, of which only the last item counts.
 */
export function strays(root: TemplateNode): {
  readonly names: readonly TemplateNode[];
  readonly lists: readonly TemplateNode[];
} {
  const given = new Set<unknown>(['loop', 'caller']);
  const read: TemplateNode[] = [];
  const lists: TemplateNode[] = [];
  const walk = (node: TemplateNode, use: Use): void => {
    if (node.typename === 'Symbol') {
      if (use === 'given') given.add(node.value);
      if (use === 'read') read.push(node);
      return;
    }
    if (node.typename === 'Group' && childrenOf(node).length > 1) lists.push(node);
    for (const field of node.fields)
      for (const [index, child] of nodesOf(node[field]).entries()) walk(child, useOf(node, use, field, index));
  };
  walk(root, 'read');
  return { names: read.filter(({ value }) => !given.has(value)), lists };
}

/** The parameters of the macros that a file defines, by macro, in the order of a call. */
export function parametersOf(root: TemplateNode): ReadonlyMap<string, readonly string[]> {
  const names = (node: TemplateNode): readonly string[] =>
    node.typename === 'Symbol'
      ? [String(node.value)]
      : childrenOf(node).flatMap(({ key }) => nodesOf(key).flatMap(names));
  return new Map(
    childrenOf(root).flatMap(({ typename, name, args }) =>
      typename === 'Macro' && isNode(name) && isNode(args)
        ? [[String(name.value), childrenOf(args).flatMap(names)] as const]
        : [],
    ),
  );
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

/** The nodes that a field holds. */
export function nodesOf(value: unknown): readonly TemplateNode[] {
  return (Array.isArray(value) ? value : [value]).filter(isNode);
}

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}
