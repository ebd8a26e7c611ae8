import { describe, expect, it } from 'vitest';
import { loadParser, type Query, type QueryProblem, replaceRelation } from './sql.ts';

const parser = await loadParser();
const tree = (sql: string): string => (parser.check(sql) as Query).tree;
/** The message, and what stands at the place. */
const problem = (sql: string): readonly [string, string] => {
  const { message, offset } = parser.check(sql) as QueryProblem;
  return [message, sql.slice(offset, offset + 6)];
};

describe('a query as parsed SQL', () => {
  it.each([
    ['a comment', 'select a, b from t where a in (1, 2)', '-- why\nselect a, b /* x */ from t where a in (1, 2)'],
    ['another layout', 'select a, array[1, 2] from t', 'SELECT\n\ta,\n\tARRAY[ 1,2 ]\nFROM t\n'],
    ['a `;` at its end', 'select 1', 'select 1 ; -- done\n'],
    ['WITH written otherwise', 'with a as (select 1) select * from a', 'with a as (\n\n  select 1\n) select * from a'],
    ['names in other letters', 'select A from "t"', 'select a from T'],
  ])('is the same with %s', (_what, one, other) => {
    expect(tree(other)).toBe(tree(one));
  });

  it.each([
    ['a literal', "select 'a'", "select 'b'"],
    ['a number', 'select 1.0', 'select 1.00'],
    ['a name in quotes', 'select a', 'select "A"'],
    ['the order of columns', 'select a, b', 'select b, a'],
    ['a text with a comment in it', "select '-- a'", "select '-- b'"],
    ['a placeholder', 'select * from "ref:a"', 'select * from "ref:b"'],
    ['an accent', "select 'é'", "select 'e'"],
  ])('is another with %s changed', (_what, one, other) => {
    expect(tree(other)).not.toBe(tree(one));
  });

  it.each(['values (1), (2)', 'table t', '(select 1) union (select 2)', 'with a as (values (1)) select * from a'])(
    'may be %j',
    (sql) => {
      expect(parser.check(sql)).toHaveProperty('tree');
    },
  );

  it('ends before its `;`, be there a comment after it', () => {
    const sql = "-- é 😀\nselect ';' ; ; -- x;\n";
    const { end } = parser.check(sql) as Query;
    expect(sql.slice(0, end).trimEnd()).toBe("-- é 😀\nselect ';'");
  });

  it('too deep to be read back counts as its text, and what comes after it is parsed as ever', () => {
    for (const terms of [1_000, 3_000, 4_000, 6_000, 8_000, 20_000]) {
      const deep = `select ${'1+'.repeat(terms)}1`;
      expect(tree(deep)).toBe(deep);
    }
    expect(tree('select 1 -- a')).toBe(tree('select 1'));
  });
});

describe('a text that is no query', () => {
  it.each([
    ['a syntax error', 'select 1 frm x y', 'syntax error at or near "x"', 'x y'],
    ['one after accents and emoji', "select 'é😀', from t", 'syntax error at or near "from"', 'from t'],
    ['one on a line that ends with CRLF', 'select 1 -- é\r\nfrm x', 'syntax error at or near "x"', 'x'],
    ['one at the end', 'select (1', 'syntax error at end of input', ''],
    ['an open quote', "select 'abc", 'unterminated quoted string at or near "\'abc"', "'abc"],
    ['a NUL', 'select 1\0 nonsense', 'a character that SQL does not know (NUL)', '\0 nons'],
    ['nothing', ' \n', 'there is no query', ''],
    ['a comment alone', '-- é', 'there is no query', ''],
    ['two statements', 'select é; -- x\n update t set a = 1', 'a second statement follows the query', 'update'],
    ['another statement', ' -- x\n insert into t values (1)', 'INSERT is no query', 'insert'],
    ['one that makes a table', 'create table x as select 1', 'CREATE TABLE AS is no query', 'create'],
    ['SELECT INTO', 'select 1 as é into other', 'SELECT INTO makes a table by itself', 'other'],
    [
      'data changed in a WITH',
      'with é as (delete from t returning 1) select 1',
      'DELETE in a WITH changes data',
      'é as (',
    ],
  ])('is told and placed: %s', (_what, sql, message, at) => {
    expect(problem(sql)).toEqual([message, at]);
  });

  it.each([
    ['select a, from t', 'There is a comma too many before it.'],
    ['select a, -- é\n b, -- x\nfrom t', 'There is a comma too many before it.'],
    ['select f(a, ) from t', 'There is a comma too many before it.'],
    ['with x as (select 1), select * from x', 'There is a comma too many before it.'],
    ['select , a from t', 'There is a "," too many.'],
    ['select a from t)', 'There is a ")" too many.'],
    ["select 'é', a b c from t", 'A comma is missing before "c".'],
    ['select a\n  b\n  c\nfrom t', 'A comma is missing before "b".'],
    ['select coalesce(a b) from t', 'A comma is missing before "b".'],
    ['with x as (select 1) y as (select 2) select 1', 'A comma is missing before "y".'],
    ['select a form t', 'Did you mean "from"?'],
    ['selct a from t', 'Did you mean "select"?'],
    ['select a from t gruop by a', 'Did you mean "group"?'],
    ['select case when a then b from t', 'A CASE before it has no END.'],
    ["select a from t where a = 'it's'", "A quote within a text is written twice: 'it''s'."],
    ["select 'abc", 'It starts here and is never closed.'],
    ['select (1', 'Something is not finished: a parenthesis, a quote, a CASE without END.'],
    ['select a as from t', /^Up to here it could be read/],
    ['select a || from t where )', /^Up to here it could be read/],
  ])('has a next step: %j', (sql, hint) => {
    expect(parser.check(sql)).toMatchObject({ hint: typeof hint === 'string' ? hint : expect.stringMatching(hint) });
  });
});

describe('a relation replaced by another', () => {
  const from = { schema: 'marts', name: 'orders' };
  const replaced = (sql: string, of = from): Promise<string> =>
    replaceRelation(sql, of, { schema: 'marts', name: 'aside' });

  it.each([
    [
      'keeps its name as alias',
      'select orders.a from marts.orders',
      'select orders.a from "marts"."aside" as "orders"',
    ],
    ['keeps the alias it has', 'select o.a from marts.orders as o', 'select o.a from "marts"."aside" as o'],
    ['is found in any writing', 'select 1 from MARTS . /* x */ "orders"', 'select 1 from "marts"."aside" as "orders"'],
    [
      'is found in subqueries and joins, after accents',
      "select 'é', (select count(*) from marts.orders) from a join marts.orders x on true",
      `select 'é', (select count(*) from "marts"."aside" as "orders") from a join "marts"."aside" x on true`,
    ],
    [
      'loses its schema where columns name it',
      'select marts.orders.a, marts.orders.* from only marts.orders',
      'select "orders".a, "orders".* from only "marts"."aside" as "orders"',
    ],
    ['may be written with a star', 'select 1 from marts.orders *', 'select 1 from "marts"."aside" * as "orders"'],
    [
      'may be locked by its name',
      'select 1 from marts.orders for share of orders',
      'select 1 from "marts"."aside" as "orders" for share of orders',
    ],
  ])('%s', async (_what, sql, expected) => {
    expect(await replaced(sql)).toBe(expected);
  });

  it.each([
    ['another schema', 'select 1 from staging.orders'],
    ['no schema, which is public', 'select 1 from orders'],
    ['a literal', "select 'marts.orders', marts.orders(1) from t"],
    ['a text that does not parse', 'select from from marts.orders'],
  ])('stays in %s', async (_what, sql) => {
    expect(await replaced(sql)).toBe(sql);
  });

  it('of public is found without its schema, unless a WITH query hides it', async () => {
    const publicOrders = { schema: 'public', name: 'orders' };
    expect(await replaced('select 1 from orders, public.orders as p', publicOrders)).toBe(
      'select 1 from "marts"."aside" as "orders", "marts"."aside" as p',
    );
    expect(await replaced('with orders as (select 1 from orders) select 1 from orders', publicOrders)).toBe(
      'with orders as (select 1 from "marts"."aside" as "orders") select 1 from orders',
    );
    const recursive = 'with recursive orders as (select 1 union select 1 from orders) select 1 from orders';
    expect(await replaced(recursive, publicOrders)).toBe(recursive);
  });
});
