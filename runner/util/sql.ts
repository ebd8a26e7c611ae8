import { hashOf } from './hash.ts';

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

/** The longest name that PostgreSQL keeps, in bytes. */
const NAME_LIMIT = 63;

/** `orders` → `orders__aside`. A name that gets too long is cut and gets a hash, so that two of them still differ. */
export function suffixed(name: string, suffix: string): string {
  const room = NAME_LIMIT - Buffer.byteLength(suffix);
  if (Buffer.byteLength(name) <= room) return name + suffix;
  const hash = `_${hashOf(name).slice(0, 8)}`;
  const whole = Buffer.from(name)
    .subarray(0, room - hash.length)
    .toString()
    .replace(/\uFFFD+$/, '');
  return whole + hash + suffix;
}

/** A relation of the same schema beside another. */
export function beside(relation: Relation, suffix: string): Relation {
  return { schema: relation.schema, name: suffixed(relation.name, suffix) };
}
