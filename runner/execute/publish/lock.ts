import { literal, quoted, type Relation } from '../../util/sql.ts';
import { type Kind, oidOf } from './catalog.ts';

/** A statement that locks a relation against everyone, and nothing else. */
export function lockRelation(kind: Kind, relation: Relation): string {
  if (kind === 'table') return `lock table only ${quoted(relation)} in access exclusive mode`;
  return lockView(kind, relation);
}

/** LOCK TABLE of a view would lock what it reads as well; giving it the owner that it has locks it alone. */
function lockView(kind: Kind, view: Relation): string {
  const statement = `format('alter ${kind} %s owner to %I', ${literal(quoted(view))}, pg_get_userbyid(relowner))`;
  return `do ${literal(`declare lock text;
    begin
      select ${statement} into lock from pg_class where oid = ${oidOf(view)};
      if found then execute lock; end if;
    end`)}`;
}
