// Which nodes a change makes run, found without fingerprints: by the graph, and by what stands in the tables before and after.
import type { Workplace } from './cli.ts';

/** A node as `runner ls --output json` tells it, parents first. */
export interface Listed {
  readonly name: string;
  readonly resource_type: string;
  readonly materialized: string;
  readonly relation: string;
  readonly depends_on: readonly string[];
  readonly file: string;
}

/** Of each relation that is there, what tells its rows from others; of each source, the last batch. */
export interface Picture {
  readonly relations: ReadonlyMap<string, string>;
  readonly batches: ReadonlyMap<string, string>;
}

export async function listNodes(project: Workplace, select: readonly string[] = []): Promise<readonly Listed[]> {
  const words = select.length > 0 ? ['--select', ...select] : [];
  const { stdout } = await project.runner(['ls', ...words, '--output', 'json']);
  return JSON.parse(stdout) as Listed[];
}

export async function takePicture({ rows }: Workplace): Promise<Picture> {
  const pairs = (found: Awaited<ReturnType<Workplace['rows']>>): ReadonlyMap<string, string> =>
    new Map(found.map(([name, value]) => [name ?? '', value ?? '']));
  const there = await rows(
    `select n.nspname || '.' || c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('staging', 'sec', 'metier', 'ops') and c.relkind in ('r', 'v')`,
  );
  const sums = there.map(([name, kind]) =>
    kind === 'v'
      ? `select '${name}', 'a view'`
      : `select '${name}', md5(string_agg(t::text, ' ' order by t::text)) from ${name} as t`,
  );
  return {
    relations: pairs(await rows(sums.join(' union all '))),
    batches: pairs(await rows('select source, max(batch_id) from ops.batch group by source')),
  };
}

/**
 * A node runs that is a cause itself, that is not there, or of which a parent has other rows than before; a view has other
 * rows where its parents do. An ephemeral model is no step: it hands on what its parents have.
 * What is of one transaction runs after what it reads of it, whatever came of that.
 * @param causes names of what was changed, and of a source that is asked in any case
 * @param units names of the nodes of each transaction
 */
export function expectedToRun(
  nodes: readonly Listed[],
  causes: ReadonlySet<string>,
  units: readonly (readonly string[])[],
  before: Picture,
  after: Picture,
): readonly string[] {
  const other = new Set<string>();
  const ran = new Set<string>();
  for (const { name, resource_type, materialized, relation, depends_on } of nodes) {
    const isSource = resource_type === 'source';
    const hasOtherParents = depends_on.some((parent) => other.has(parent));
    const isEphemeral = materialized === 'ephemeral';
    const isGone = !isSource && !isEphemeral && !before.relations.has(relation);
    const isLanded = isSource && depends_on.length === 0;
    const unit = units.find((names) => names.includes(name)) ?? [];
    const follows = depends_on.some((parent) => unit.includes(parent) && ran.has(parent));
    if (!isLanded && !isEphemeral && (causes.has(name) || hasOtherParents || isGone || follows)) ran.add(name);
    const hasOther = isSource
      ? before.batches.get(name) !== after.batches.get(name)
      : materialized === 'view' || isEphemeral
        ? hasOtherParents
        : before.relations.get(relation) !== after.relations.get(relation);
    if (hasOther) other.add(name);
  }
  return [...ran].sort();
}
