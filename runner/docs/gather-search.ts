import type { SearchEntry } from './chart-types.ts';
import type { NodeView, ParameterView, RunView } from './types.ts';

/** What the search finds: pages and nodes before their parts. */
export function searchEntries(
  pages: readonly { readonly title: string; readonly href: string }[],
  nodes: readonly NodeView[],
  runs: readonly RunView[],
  parameters: readonly ParameterView[],
): readonly SearchEntry[] {
  return [
    ...pages.map(({ title, href }) => ({ title, kind: 'page' as const, href, text: '' })),
    ...nodes.map(({ name, type, href, description }) => ({ title: name, kind: type, href, text: description })),
    ...parameters.flatMap(({ node, rows }) =>
      rows.map(([title]) => ({
        title: String(title),
        kind: 'parameter' as const,
        href: 'parameters.html',
        text: node.text,
      })),
    ),
    ...nodes.flatMap((node) => [
      ...node.columns.map(({ name, anchor, description }) => ({
        title: name,
        kind: 'column' as const,
        href: `${node.href}#${encodeURIComponent(anchor)}`,
        text: description === '' ? node.name : `${node.name} · ${description}`,
      })),
      ...node.checks.map(({ name, anchor }) => ({
        title: name,
        kind: 'check' as const,
        href: `${node.href}#${anchor}`,
        text: node.name,
      })),
      ...node.tests.map(({ name }) => ({
        title: name,
        kind: 'test' as const,
        href: `${node.href}#tests`,
        text: node.name,
      })),
    ]),
    ...runs.map(({ id, href, command, day, status }) => ({
      title: id,
      kind: 'run' as const,
      href,
      text: `${command} of ${day}: ${status.text}`,
    })),
  ];
}
