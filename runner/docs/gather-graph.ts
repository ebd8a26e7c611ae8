import { posix } from 'node:path';
import type { Graph } from '../graph/types.ts';
import type { GraphData } from './chart-types.ts';
import type { NodeView } from './types.ts';

/** The graph for the drawing, its nodes in the order of the build. */
export function graphData({ dag }: Graph, nodes: readonly NodeView[]): GraphData {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const order = dag.order.flatMap((id) => byId.get(id) ?? []);
  const index = new Map(order.map(({ id }, at) => [id, at]));
  const parentsOf = (id: string): readonly string[] => [...new Set(dag.parents(id))].filter((one) => index.has(one));
  return {
    nodes: order.map(({ name, type, kind, folder, description, status, personal, href }) => ({
      name,
      type,
      kind,
      folder,
      description,
      status: status?.key ?? '',
      isPersonal: personal.length > 0,
      href,
    })),
    edges: order.flatMap(({ id }, child) =>
      parentsOf(id).map((parent): readonly [number, number] => [index.get(parent) ?? 0, child]),
    ),
  };
}

/** Where a node's file is: `models/bi`; of a source its system. */
export function folderOf(type: NodeView['type'], file: string, name: string): string {
  return type === 'source' ? `sources/${name.split('.')[0]}` : posix.dirname(file);
}
