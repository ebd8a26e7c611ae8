/** The pages that every page leads to. */
export const MENU = [
  { title: 'Overview', href: 'index.html' },
  { title: 'Graph', href: 'graph.html' },
  { title: 'Nodes', href: 'nodes.html' },
  { title: 'Sources', href: 'sources.html' },
  { title: 'Runs', href: 'runs.html' },
  { title: 'Parameters', href: 'parameters.html' },
  { title: 'Policy', href: 'policy.html' },
] as const;
