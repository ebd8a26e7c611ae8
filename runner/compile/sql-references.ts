/** What a parsed query reads and does; places are in bytes of the SQL. */
export interface References {
  /** Relations in FROM clauses; of a statement that is no query, also those that it changes. */
  readonly relations: readonly RelationReference[];
  /** Columns written with their relation's schema: `schema.name.column`. */
  readonly columns: readonly Reference[];
  /** Functions, and operators that are named by their schema. */
  readonly calls: readonly Call[];
  /** It has rows that stand in no relation and are as many as it likes: of a function in FROM, or of WITH RECURSIVE. */
  readonly makesRows: boolean;
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

export interface Call {
  /** Its name, after that of its schema, if that stands there. */
  readonly names: readonly string[];
  /** It stands as a relation in FROM. */
  readonly inFrom: boolean;
}

type Tree = Readonly<Record<string, unknown>>;

/** Walks a tree of PostgreSQL's parser, or a list of them. */
export function references(tree: unknown): References {
  const found = {
    relations: [] as RelationReference[],
    columns: [] as Reference[],
    calls: [] as Call[],
    makesRows: false,
    into: undefined as number | undefined,
    changes: undefined as References['changes'],
  };
  const walk = (node: unknown, queries: ReadonlySet<string>): void => {
    if (Array.isArray(node)) for (const item of node) walk(item, queries);
    if (!isTree(node)) return;
    note(node);
    const inner = walkQueries(node.withClause, queries);
    for (const [key, value] of Object.entries(node)) {
      // Only what may be something else as well is called by its kind.
      if (isTree(value) && typeof value.relname === 'string') found.relations.push(relation(value, inner));
      else if (key === 'ColumnRef' && isTree(value)) found.columns.push(...column(value));
      else if (key === 'intoClause' && isTree(value)) found.into ??= placeOf(value.rel);
      // The names after FOR UPDATE OF are those of the FROM clause.
      else if (key !== 'withClause' && key !== 'lockingClause') walk(value, inner);
    }
  };
  const note = (node: Tree): void => {
    const names = isTree(node.FuncCall) ? textsOf(node.FuncCall.funcname) : [];
    const operator = isTree(node.A_Expr) ? textsOf(node.A_Expr.name) : [];
    if (names.length > 0) found.calls.push({ names, inFrom: false });
    if (operator.length > 1) found.calls.push({ names: operator, inFrom: false });
    if (!isTree(node.RangeFunction) || !Array.isArray(node.RangeFunction.functions)) return;
    found.makesRows = true;
    for (const item of node.RangeFunction.functions as readonly Tree[]) {
      const [call] = isTree(item.List) && Array.isArray(item.List.items) ? (item.List.items as readonly Tree[]) : [];
      if (isTree(call?.FuncCall)) found.calls.push({ names: textsOf(call.FuncCall.funcname), inFrom: true });
    }
  };
  /** @returns the names that hide relations from here on */
  const walkQueries = (clause: unknown, outer: ReadonlySet<string>): ReadonlySet<string> => {
    if (!isTree(clause) || !Array.isArray(clause.ctes)) return outer;
    found.makesRows ||= clause.recursive === true;
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
  const names = fields.slice(0, -1).map(stringOf);
  const [schema, name] = names.slice(-2);
  return names.length < 2 ? [] : [{ schema, name, byte: placeOf(node), parts: names.length }];
}

function textsOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.flatMap((item) => stringOf(item) ?? []) : [];
}

function stringOf(node: unknown): string | undefined {
  return isTree(node) && isTree(node.String) ? textOf(node.String.sval) : undefined;
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
