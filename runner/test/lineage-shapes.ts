/** A query over the tables of SCHEMA, and all that is to be told of it. */
export interface Shape {
  readonly what: string;
  readonly sql: string;
  /** Each column as `name: origins`; an origin is `=t.c` for a copy, `~t.c` computed, `+t.c` aggregate. `!` comes before words on what is not resolved. */
  readonly columns: readonly string[];
  /** Columns that decide which rows there are. */
  readonly conditions?: string;
  readonly unresolved?: readonly string[];
}

export const SCHEMA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  emp: { id: 'int', name: 'text', dept_id: 'int', salary: 'numeric', boss_id: 'int', tags: 'text[]', doc: 'jsonb' },
  dept: { id: 'int', name: 'text', budget: 'numeric' },
  sale: { emp_id: 'int', day: 'date', amount: 'numeric' },
};

const EMP_ALL = '~e.id ~e.name ~e.dept_id ~e.salary ~e.boss_id ~e.tags ~e.doc';

/** In these, `e`, `d` and `s` before a column stand for emp, dept and sale. */
export const SHAPES: readonly Shape[] = [
  {
    what: 'aliases and casts',
    sql: 'select id, name as who, salary::text, cast(dept_id as bigint) as dept, (salary) from {emp}',
    columns: ['id: =e.id', 'who: =e.name', 'salary: =e.salary', 'dept: =e.dept_id', 'salary: =e.salary'],
  },
  {
    what: 'names that PostgreSQL makes',
    sql: `select 1, 'a'::text, 1 + id, upper(name), coalesce(name, 'x'), nullif(name, 'x'), greatest(id, 1), current_date,
      case when id > 1 then 'a' end, case when id > 1 then 'a' else name end, exists (select 1), array[id], row(id, name),
      (select 1), (select max(amount) from {sale})::int, array(select 1), tags[1], extract(year from now()),
      name collate "C", id is null, not true, position('a' in name), json_object('a': id), xmlelement(name x), int '1',
      least(1, 2), current_role, "position"(name, 'a'), date '2026-01-01', (select id from {dept} limit 1)
      from {emp}`,
    columns: [
      '?column?:',
      'text:',
      '?column?: ~e.id',
      'upper: ~e.name',
      'coalesce: ~e.name',
      'nullif: ~e.name',
      'greatest: ~e.id',
      'current_date:',
      'case: ~e.id',
      'name: ~e.id ~e.name',
      'exists:',
      'array: ~e.id',
      'row: ~e.id ~e.name',
      '?column?:',
      'max: +s.amount',
      'array:',
      'tags: ~e.tags',
      'extract:',
      'name: =e.name',
      '?column?: ~e.id',
      '?column?:',
      'position: ~e.name',
      'json_object: ~e.id',
      'xmlelement:',
      'int4:',
      'least:',
      'current_role:',
      'position: ~e.name',
      'date:',
      'id: =d.id',
    ],
  },
  {
    what: 'names as PostgreSQL folds them',
    sql: 'select ID, E."name" as "Name", Salary as SAL from {emp} as E',
    columns: ['id: =e.id', 'Name: =e.name', 'sal: =e.salary'],
  },
  {
    what: 'an expression over several columns',
    sql: "select name || ' (' || salary || ')' as label, salary * (1 - 0.2) as net, salary between 1 and id as b from {emp}",
    columns: ['label: ~e.name ~e.salary', 'net: ~e.salary', 'b: ~e.salary ~e.id'],
  },
  {
    what: 'a CASE whose conditions only ask',
    sql: "select case when salary > 3000 then 'high' when dept_id is null then name end as band, case id when 1 then 2 end as c from {emp}",
    columns: ['band: ~e.salary ~e.dept_id ~e.name', 'c: ~e.id'],
  },
  {
    what: 'a column in several ways, which counts in the most direct one',
    sql: 'with x as (select salary as a, salary + 1 as b from {emp} union all select salary, salary from {emp}) select b, a + b as c from x',
    columns: ['b: =e.salary', 'c: ~e.salary'],
  },
  {
    what: 'a scalar subquery with what decides on it',
    sql: 'select e.id, (select d.name from {dept} d where d.id = e.dept_id) as dept from {emp} e',
    columns: ['id: =e.id', 'dept: =d.name ~d.id ~e.dept_id'],
  },
  {
    what: 'a correlated count',
    sql: 'select (select count(*) from {sale} s where s.emp_id = e.id and s.amount > e.salary) as n from {emp} e',
    columns: ['n: ~s.emp_id ~e.id ~s.amount ~e.salary'],
  },
  {
    what: 'EXISTS, IN and ALL as values',
    sql: `select exists (select s.day from {sale} s where s.emp_id = e.id) as sold, e.dept_id in (select id from {dept} where budget > 0) as known,
      e.salary > all (select amount from {sale}) as top from {emp} e`,
    columns: ['sold: ~s.emp_id ~e.id', 'known: ~e.dept_id ~d.id ~d.budget', 'top: ~e.salary ~s.amount'],
  },
  {
    what: 'EXISTS and IN as conditions',
    sql: 'select name from {emp} e where exists (select 1 from {sale} s where s.emp_id = e.id) and dept_id in (select d.id from {dept} d)',
    columns: ['name: =e.name'],
    conditions: 's.emp_id e.id e.dept_id d.id',
  },
  {
    what: 'CTEs that read each other',
    sql: 'with a as (select id, salary as s from {emp}), b as (select id, s * 12 as y from a where s > 0) select id, y from b',
    columns: ['id: =e.id', 'y: ~e.salary'],
    conditions: 'e.salary',
  },
  {
    what: 'a CTE that nobody reads',
    sql: 'with a as (select id from {emp} where salary > 3000) select id from {dept}',
    columns: ['id: =d.id'],
  },
  {
    what: 'a CTE that hides another of its name',
    sql: 'with a as (select id, name from {emp}) select * from (with a as (select name as id from a union select name from {dept}) select id from a) x',
    columns: ['id: =e.name =d.name'],
    conditions: 'e.name d.name',
  },
  {
    what: 'a CTE with a list of column names',
    sql: 'with a(x, y) as (select id, name, salary from {emp}) select x, y, salary from a',
    columns: ['x: =e.id', 'y: =e.name', 'salary: =e.salary'],
  },
  {
    what: 'a recursive CTE',
    sql: `with recursive chain as (
        select id, boss_id, name as top, 1 as depth from {emp} where boss_id is null
        union all
        select e.id, e.boss_id, chain.top, chain.depth + 1 from {emp} e join chain on e.boss_id = chain.id
      ) select id, top, depth from chain`,
    columns: ['id: =e.id', 'top: =e.name', 'depth:'],
    conditions: 'e.boss_id e.id',
  },
  {
    what: 'a recursive CTE whose columns change places',
    sql: `with recursive r(a, b, c) as (
        select id, dept_id, boss_id from {emp} union select b, c, a from r where a > 0
      ) select a from r`,
    columns: ['a: =e.id =e.dept_id =e.boss_id'],
    conditions: 'e.id e.dept_id e.boss_id',
  },
  {
    what: 'SEARCH and CYCLE of a recursive CTE',
    sql: `with recursive r as (select id, boss_id from {emp} union all select e.id, e.boss_id from {emp} e, r where e.boss_id = r.id)
      search breadth first by id set o cycle id set seen using path select * from r`,
    columns: ['id: =e.id', 'boss_id: =e.boss_id', 'o: ~e.id', 'seen: ~e.id', 'path: ~e.id'],
    conditions: 'e.boss_id e.id',
  },
  {
    what: 'WITH RECURSIVE that only reads a later query',
    sql: 'with recursive a as (select x from b), b as (select id as x from {emp}) select x from a',
    columns: ['x: =e.id'],
  },
  {
    what: 'a derived table with other column names',
    sql: 'select t.k, t.v, salary from (select id, upper(name), salary from {emp} where dept_id = 1) as t(k, v)',
    columns: ['k: =e.id', 'v: ~e.name', 'salary: =e.salary'],
    conditions: 'e.dept_id',
  },
  {
    what: 'a table with other column names',
    sql: 'select t.k, name from {dept} as t(k)',
    columns: ['k: =d.id', 'name: =d.name'],
  },
  {
    what: 'a LATERAL subquery',
    sql: 'select e.name, last.amount from {emp} e left join lateral (select s.amount from {sale} s where s.emp_id = e.id order by s.day desc limit 1) last on true',
    columns: ['name: =e.name', 'amount: =s.amount'],
    conditions: 's.emp_id e.id s.day',
  },
  {
    what: 'joins of every kind',
    sql: 'select e.name, d.name, s.amount from {emp} e left join {dept} d on d.id = e.dept_id right join {sale} s on s.emp_id = e.id cross join {dept} x',
    columns: ['name: =e.name', 'name: =d.name', 'amount: =s.amount'],
    conditions: 'd.id e.dept_id s.emp_id e.id',
  },
  {
    what: 'JOIN … USING, whose columns are merged and come first',
    sql: 'select * from {sale} a left join (select id as emp_id, name from {emp}) b using (emp_id)',
    columns: ['emp_id: =s.emp_id', 'day: =s.day', 'amount: =s.amount', 'name: =e.name'],
    conditions: 's.emp_id e.id',
  },
  {
    what: 'a right and a full join USING',
    sql: `select x.id, y.id as other, u.id as merged from (select * from {emp}) e right join {dept} x using (id)
      full join (select emp_id as id from {sale}) y using (id) as u`,
    columns: ['id: =d.id', 'other: =s.emp_id', 'merged: ~d.id ~s.emp_id'],
    conditions: 'e.id d.id s.emp_id',
  },
  {
    what: 'a NATURAL join',
    sql: 'select *, a.name as left_name from (select id, name from {emp}) a natural join (select id, name, budget from {dept}) b',
    columns: ['id: =e.id', 'name: =e.name', 'budget: =d.budget', 'left_name: =e.name'],
    conditions: 'e.id d.id e.name d.name',
  },
  {
    what: 'a join with an alias, which hides the names in it',
    sql: 'select j.salary, j.budget from ({emp} e join {dept} d on e.dept_id = d.id) as j',
    columns: ['salary: =e.salary', 'budget: =d.budget'],
    conditions: 'e.dept_id d.id',
  },
  {
    what: 'UNION ALL, by position',
    sql: 'select id as k, name from {emp} union all select id, upper(name) from {dept} union all select null, $$x$$',
    columns: ['k: =e.id =d.id', 'name: =e.name ~d.name'],
  },
  {
    what: 'UNION, whose rows decide which there are',
    sql: 'select name from {emp} union select name from {dept}',
    columns: ['name: =e.name =d.name'],
    conditions: 'e.name d.name',
  },
  {
    what: 'INTERSECT and EXCEPT',
    sql: '(select id from {emp} intersect select emp_id from {sale}) except select id from {dept}',
    columns: ['id: =e.id =s.emp_id'],
    conditions: 'e.id s.emp_id d.id',
  },
  {
    what: 'VALUES',
    sql: 'values (1, (select max(salary) from {emp})), (2, 3)',
    columns: ['column1:', 'column2: +e.salary'],
  },
  {
    what: 'VALUES in FROM beside a table',
    sql: 'select v.label, e.id from {emp} e cross join lateral (values (e.name), (e.salary::text)) as v(label)',
    columns: ['label: =e.name =e.salary', 'id: =e.id'],
  },
  {
    what: 'DISTINCT',
    sql: 'select distinct name, dept_id from {emp}',
    columns: ['name: =e.name', 'dept_id: =e.dept_id'],
    conditions: 'e.name e.dept_id',
  },
  {
    what: 'DISTINCT ON with its order',
    sql: 'select distinct on (k) emp_id as k, amount from {sale} order by k, day desc',
    columns: ['k: =s.emp_id', 'amount: =s.amount'],
    conditions: 's.emp_id s.day',
  },
  {
    what: 'an ORDER BY that decides nothing, and one with a LIMIT',
    sql: 'select a.name, b.id from (select name from {emp} order by salary) a, (select id from {dept} order by budget fetch first 3 rows only) b order by 1',
    columns: ['name: =e.name', 'id: =d.id'],
    conditions: 'd.budget',
  },
  {
    what: 'GROUP BY with an ordinal, a name of the input, one of the output and HAVING',
    sql: `select dept_id, upper(name) as name, salary * 2 as twice, sum(id) as n from {emp}
      group by 1, name, twice having max(boss_id) > 1`,
    columns: ['dept_id: =e.dept_id', 'name: ~e.name', 'twice: ~e.salary', 'n: +e.id'],
    conditions: 'e.dept_id e.name e.salary e.boss_id',
  },
  {
    what: 'grouping sets',
    sql: 'select dept_id, name, grouping(dept_id), count(*) from {emp} group by grouping sets (cube (dept_id), (name), ())',
    columns: ['dept_id: =e.dept_id', 'name: =e.name', 'grouping:', 'count:'],
    conditions: 'e.dept_id e.name',
  },
  {
    what: 'aggregates with FILTER, ORDER BY and WITHIN GROUP',
    sql: `select sum(salary) filter (where dept_id = 1) as s, string_agg(name, ',' order by id) as l,
      percentile_cont(0.5) within group (order by salary) as m, count(distinct boss_id) as b, round(avg(salary), 2) as r from {emp}`,
    columns: ['s: +e.salary +e.dept_id', 'l: +e.name +e.id', 'm: +e.salary', 'b: +e.boss_id', 'r: +e.salary'],
  },
  {
    what: 'window functions with their partition and order',
    sql: `select row_number() over (partition by dept_id order by salary desc) as n, lag(name) over w as before,
      sum(id) over (w rows between unbounded preceding and current row) as total, rank() over (w2) as r
      from {emp} window w as (order by boss_id, id), w2 as (w)`,
    columns: [
      'n: +e.dept_id +e.salary',
      'before: +e.name +e.boss_id +e.id',
      'total: +e.id +e.boss_id',
      'r: +e.boss_id +e.id',
    ],
  },
  {
    what: 'JSON over a window with a name',
    sql: 'select json_arrayagg(id) over w as a, count(*) over (w) as n from {emp} window w as (partition by dept_id)',
    columns: ['a: +e.id +e.dept_id', 'n: +e.dept_id'],
  },
  {
    what: 'subqueries without a name in each other',
    sql: 'select (select (select (select (select (select max(salary) from {emp})))))',
    columns: ['max: +e.salary'],
  },
  {
    what: '* and t.* over several relations',
    sql: 'select d.*, 1 as one, * from {dept} d, (select amount from {sale}) s',
    columns: [
      'id: =d.id',
      'name: =d.name',
      'budget: =d.budget',
      'one:',
      'id: =d.id',
      'name: =d.name',
      'budget: =d.budget',
      'amount: =s.amount',
    ],
  },
  {
    what: 'TABLE',
    sql: 'table {dept}',
    columns: ['id: =d.id', 'name: =d.name', 'budget: =d.budget'],
  },
  {
    what: 'a whole row',
    sql: 'select to_jsonb(e) as j, row_to_json(e.*) as r, e::text as t, count(e) over () as n, e from {emp} e',
    columns: [`j: ${EMP_ALL}`, `r: ${EMP_ALL}`, `t: ${EMP_ALL}`, `n: ${EMP_ALL.replaceAll('~', '+')}`, `e: ${EMP_ALL}`],
  },
  {
    what: 'fields of a record',
    sql: 'select (x.d).name, (x.d).*, (d).budget + 1 as more from (select d from {dept} d) x',
    columns: ['name: =d.name', 'id: =d.id', 'name: =d.name', 'budget: =d.budget', 'more: ~d.budget'],
  },
  {
    what: 'a field of a record that a subquery has chosen',
    sql: 'select ((select s from {sale} s where s.emp_id = e.id order by s.day limit 1)).amount from {emp} e',
    columns: ['amount: =s.amount ~s.emp_id ~e.id ~s.day'],
  },
  {
    what: 'rows compared with those of a subquery',
    sql: 'select name from {emp} e where (e.id, e.dept_id) in (select d.id, d.id from {dept} d where d.budget > 20)',
    columns: ['name: =e.name'],
    conditions: 'e.id e.dept_id d.id d.budget',
  },
  {
    what: 'an alias of the inner query that hides one of the outer',
    sql: 'select e.name, (select max(e.amount) from {sale} e where e.emp_id = 1) as top from {emp} e',
    columns: ['name: =e.name', 'top: +s.amount ~s.emp_id'],
  },
  {
    what: 'GROUP BY a name of both input and output, which is that of the input',
    sql: 'select name as dept_id, count(*) as n from {emp} group by dept_id, name',
    columns: ['dept_id: =e.name', 'n:'],
    conditions: 'e.dept_id e.name',
  },
  {
    what: 'subqueries in a recursive CTE',
    sql: `with recursive r(n, who) as (
        select 1, (select name from {emp} order by salary limit 1)
        union all
        select n + 1, who || (select count(*) from {sale} where amount > n) from r where n < 3
      ) select max(who) as who from r`,
    columns: ['who: +e.name +e.salary +s.amount'],
  },
  {
    what: 'a set operation whose first rows are taken',
    sql: 'select name, salary from {emp} union all select name, budget from {dept} order by 2 desc, name limit 3',
    columns: ['name: =e.name =d.name', 'salary: =e.salary =d.budget'],
    conditions: 'e.salary d.budget e.name d.name',
  },
  {
    what: 'XMLTABLE',
    sql: `select x.* from {emp} e, xmltable('/r' passing xmlparse(content '<r><a>' || e.name || '</a></r>')
      columns n for ordinality, a text path 'a' default 'q') as x`,
    columns: ['n:', 'a: ~e.name'],
    conditions: 'e.name',
  },
  {
    what: 'JSON that is built and read',
    sql: "select jsonb_build_object('n', name, 's', salary) as o, doc -> 'a' ->> 'b' as f, json_array(id, name) as a from {emp}",
    columns: ['o: ~e.name ~e.salary', 'f: ~e.doc', 'a: ~e.id ~e.name'],
  },
  {
    what: 'JSON that is aggregated',
    sql: `select jsonb_agg(jsonb_build_object('id', id) order by name) as l, json_arrayagg(id order by salary) as a,
      json_objectagg(name: dept_id) filter (where id > 1) as o, array(select name from {dept} where budget > 0 order by id) as n from {emp}`,
    columns: ['l: +e.id +e.name', 'a: +e.id +e.salary', 'o: +e.name +e.dept_id +e.id', 'n: +d.name ~d.budget ~d.id'],
  },
  {
    what: 'functions that give rows',
    sql: `select tag, u.n, g, k.key, k.value, x.p from {emp} e, unnest(e.tags) with ordinality as u(tag, n), generate_series(1, e.id) as g,
      jsonb_each_text(e.doc) k, jsonb_to_recordset(e.doc -> 'x') as x(p int, q text)`,
    columns: ['tag: ~e.tags', 'n:', 'g: ~e.id', 'key: ~e.doc', 'value: ~e.doc', 'p: ~e.doc'],
    conditions: 'e.tags e.id e.doc',
  },
  {
    what: 'rows of several functions side by side',
    sql: `select * from {emp} e cross join lateral rows from (unnest(e.tags), jsonb_to_recordset(e.doc -> 'x') as (p int)) as r
      cross join unnest(array[1], array[e.name]) as two(x)`.replace('select *', 'select r.*, two.*'),
    columns: ['unnest: ~e.tags', 'p: ~e.doc', 'x:', 'unnest: ~e.name'],
    conditions: 'e.tags e.doc e.name',
  },
  {
    what: 'a function of rows in the select list',
    sql: "select id, unnest(tags) as tag, jsonb_array_elements(doc -> 'x') ->> 'p' as x from {emp}",
    columns: ['id: =e.id', 'tag: ~e.tags', 'x: ~e.doc'],
    conditions: 'e.tags e.doc',
  },
  {
    what: 'elements of JSON, which keep their name under an alias',
    sql: "select x.value, x from {emp} e, jsonb_array_elements(e.doc -> 'x') as x",
    columns: ['value: ~e.doc', 'x: ~e.doc'],
    conditions: 'e.doc',
  },
  {
    what: 'JSON_TABLE',
    sql: "select e.id, j.* from {emp} e, json_table(e.doc, '$[*]' columns (n for ordinality, a int path '$.a', nested path '$.b[*]' columns (b text path '$'))) as j",
    columns: ['id: =e.id', 'n:', 'a: ~e.doc', 'b: ~e.doc'],
    conditions: 'e.doc',
  },
  {
    what: 'a sample',
    sql: 'select s.amount from {sale} as s tablesample bernoulli (10) repeatable (1)',
    columns: ['amount: =s.amount'],
  },
  {
    what: 'a query without columns or without FROM',
    sql: 'select from {emp} where id = 1',
    columns: [],
    conditions: 'e.id',
  },
  {
    what: 'a relation by its own name, without an alias',
    sql: 'select emp.name, dept.* from {emp} join {dept} on dept.id = emp.dept_id',
    columns: ['name: =e.name', 'id: =d.id', 'name: =d.name', 'budget: =d.budget'],
    conditions: 'd.id e.dept_id',
  },
  {
    what: 'a name of the inner query before one of the outer',
    sql: 'select (select string_agg(name, $$,$$) from {dept} d where id = dept_id) as names from {emp}',
    columns: ['names: +d.name ~d.id ~e.dept_id'],
  },
];
