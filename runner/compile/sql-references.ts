/** What a parsed query reads and does; places are in bytes of the SQL. */
export interface References {
  /** Relations in FROM clauses. */
  readonly relations: readonly RelationReference[];
  /** Columns written with their relation's schema: `schema.name.column`. */
  readonly columns: readonly Reference[];
  /** The target of a SELECT INTO. */
  readonly into: number | undefined;
  /** The first statement in a WITH that is no query. */
  readonly changes: { readonly kind: string; readonly byte: number } | undefined;
}

interface Reference {
  readonly schema: string | undefined;
  readonly name: string | undefined;
  readonly byte: number;
  /** How many names stand there, joined by dots: those that name the relation. */
  readonly parts: number;
}

export interface RelationReference extends Reference {
  readonly alias: boolean;
  /** It is the name of a WITH query. */
  readonly hidden: boolean;
}

type Tree = Readonly<Record<string, unknown>>;

/** Walks a tree of PostgreSQL's parser, or a list of them. */
export function references(tree: unknown): References {
  const found = {
    relations: [] as RelationReference[],
    columns: [] as Reference[],
    into: undefined as number | undefined,
    changes: undefined as References['changes'],
  };
  const walk = (node: unknown, queries: ReadonlySet<string>): void => {
    if (Array.isArray(node)) for (const item of node) walk(item, queries);
    if (!isTree(node)) return;
    const inner = walkQueries(node.withClause, queries);
    for (const [key, value] of Object.entries(node)) {
      if (key === 'RangeVar' && isTree(value)) found.relations.push(relation(value, inner));
      else if (key === 'ColumnRef' && isTree(value)) found.columns.push(...column(value));
      else if (key === 'intoClause' && isTree(value)) found.into ??= placeOf(value.rel);
      // The names after FOR UPDATE OF are those of the FROM clause.
      else if (key !== 'withClause' && key !== 'lockingClause') walk(value, inner);
    }
  };
  /** @returns the names that hide relations from here on */
  const walkQueries = (clause: unknown, outer: ReadonlySet<string>): ReadonlySet<string> => {
    if (!isTree(clause) || !Array.isArray(clause.ctes)) return outer;
    const queries = clause.ctes.flatMap((item: Tree) => (isTree(item.CommonTableExpr) ? [item.CommonTableExpr] : []));
    const names = queries.map(({ ctename }) => String(ctename));
    queries.forEach(({ ctequery, location }, index) => {
      const kind = isTree(ctequery) ? (Object.keys(ctequery)[0] ?? '') : '';
      if (kind !== 'SelectStmt') found.changes ??= { kind, byte: Number(location ?? 0) };
      walk(ctequery, new Set([...outer, ...(clause.recursive ? names : names.slice(0, index))]));
    });
    return new Set([...outer, ...names]);
  };
  walk(tree, new Set());
  return found;
}

function relation(node: Tree, queries: ReadonlySet<string>): RelationReference {
  const [schema, name] = [textOf(node.schemaname), textOf(node.relname)];
  return {
    schema,
    name,
    byte: placeOf(node),
    parts: [node.catalogname, schema, name].filter((part) => part !== undefined).length,
    alias: node.alias !== undefined,
    hidden: schema === undefined && name !== undefined && queries.has(name),
  };
}

/** `schema.name.column`, also with a database before it; nothing of a shorter one. */
function column(node: Tree): readonly Reference[] {
  const fields = Array.isArray(node.fields) ? (node.fields as readonly Tree[]) : [];
  const names = fields.slice(0, -1).map((field) => (isTree(field.String) ? textOf(field.String.sval) : undefined));
  const [schema, name] = names.slice(-2);
  return names.length < 2 ? [] : [{ schema, name, byte: placeOf(node), parts: names.length }];
}

function placeOf(node: unknown): number {
  return isTree(node) ? Number(node.location ?? 0) : 0;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
