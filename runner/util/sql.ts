/** A relation of the database. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
}

/** `"marts"."orders"` */
export function quoted(relation: Relation): string {
  return `${identifier(relation.schema)}.${identifier(relation.name)}`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(value: string | null): string {
  return value === null ? 'null' : `'${value.replaceAll("'", "''")}'`;
}
