import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from './database.ts';
import { type LettersPlace, lettersPlace } from './letters.ts';

const FORGET = `forget:
  id: written_on
  key: letter_id
  known_by: [post.letters]
  rows:
    letter: "t.body = upper(p.body)"
  messages:
    news: "t.message_key = p.letter_id"
`;

let place: LettersPlace;
const forget = (...args: string[]) => place.runner(['forget', ...args]);

beforeAll(async () => {
  place = await lettersPlace(['pace: 0ms']);
  place.edit(
    'sources/letters.txt',
    () => '1|2026-01-01|from Ann\n2|2026-01-02|from Bob\n3|2026-01-01|from Ann again\n4|2026-01-03|from Cy\n',
  );
  expect((await place.runner(['pipeline'])).code).toBe(0);
});
afterAll(() => place?.close());

describe('forget of any project', () => {
  it('says that project.yml does not tell what is a person’s', async () => {
    const { code, stderr } = await forget('2026-01-01', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining('FORGET_NOT_CONFIGURED')]);
  });

  it('tells all that is wrong in its rules, each where it stands', async () => {
    const wrong = `forget:
  id: written_on
  key: letter_id
  known_by: [post.cards]
  rows:
    lettre: "true"
    letter: "t.body ==< ( upper(p.body)"
    stg_letters: "(select 1 from {{ ref('letter') }}) = 1"
    post.letters: "t.body = {{ shout('p.body') }}"
  messages:
    old: "true"
`;
    let before = '';
    place.edit('project.yml', (text) => {
      before = text.trimEnd();
      return `${before}\n${wrong}`;
    });
    const { code, stderr } = await place.runner(['ls']);
    place.edit('project.yml', () => before);
    expect(code).toBe(2);
    const start = before.split('\n').length;
    const faults = [...stderr.matchAll(/^(\w+) project\.yml:(\d+)/gm)].map(([, name, line]) => [
      name,
      Number(line) - start,
    ]);
    expect(faults.sort()).toEqual([
      ['FORGET_READS', 8],
      ['NAME_UNKNOWN', 11],
      ['NAME_UNKNOWN', 4],
      ['NAME_UNKNOWN', 6],
      ['SQL_SYNTAX', 7],
      ['TEMPLATE_ERROR', 9],
    ]);
  });

  it('is refused before anything is erased while something has landed that is not built', async () => {
    place.edit('project.yml', (text) => `${text.trimEnd()}\n${FORGET}`);
    place.edit('sources/letters.txt', (text) => `${text}5|2026-01-04|from Dee\n`);
    expect((await place.runner(['load'])).code).toBe(0);
    const { code, stderr } = await forget('2026-01-01', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/FORGET_PENDING.*runner build --select changed/s)]);
    expect(await place.rows("select count(*) from landed.post_letters where written_on = '2026-01-01'")).toEqual([
      ['4'],
    ]);
    expect((await place.runner(['pipeline'])).code).toBe(0);
  });

  it('erases every row of the key from the sources, the tables and the outbox, and sends no message again', async () => {
    const posted = place.slack.posted(place.slack.webhook).length;
    const { code, stdout } = await forget('2026-01-01', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/landed\.post_letters +4\n/);
    expect(stdout).toContain('post.letters still names the person in 2 rows: remove them from');
    expect(
      await place.rows(
        "select string_agg(letter_id, ' ' order by batch_id, letter_id) from landed.post_letters union all select string_agg(letter_id::text, ' ' order by letter_id) from marts.letter",
      ),
    ).toEqual([['2 4 2 4 5'], ['2 4 5']]);
    expect((await place.outbox()).map(([message]) => message)).toEqual(['2', '4', '5']);
    expect(await place.rows('select row_count from runs.batch order by batch_id')).toEqual([['2'], ['3']]);
    const next = await place.runner(['pipeline']);
    expect([next.code, next.stdout]).toEqual([0, expect.stringContaining('Nothing changed')]);
    expect(place.slack.posted(place.slack.webhook)).toHaveLength(posted);
  });

  it('erases the person also where a contract then fails, and does the rest without the ID when it is mended', async () => {
    place.edit('soda/marts/letter.yml', (text) => text.replace('[AAARGH]', '[AAARGH, from Dee]'));
    const { code, stdout, stderr } = await forget('2026-01-03', '--yes');
    expect([code, stdout + stderr]).toEqual([
      1,
      expect.stringMatching(/no shouting.*When it is mended: runner forget/s),
    ]);
    expect(await place.rows("select from landed.post_letters where letter_id = '4'")).toEqual([]);
    expect(await place.rows('select letter_id from marts.letter order by 1')).toEqual([['2'], ['5']]);
    place.edit('soda/marts/letter.yml', (text) => text.replace(', from Dee]', ']'));
    expect(await forget()).toMatchObject({ code: 0, stderr: '' });
    expect(await place.rows("select status from runs.run where command = 'forget' order by started_at")).toEqual(
      ['error', 'success', 'failed', 'success'].map((status) => [status]),
    );
  });

  it('says what the pages of an older transaction outlive, and which table somebody reads, waits for nobody, and does the rest later', async () => {
    place.edit('project.yml', (text) => `lock_patience: 500ms\n${text}`);
    await place.db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      await tx.query('lock table landed.post_letters in access share mode');
      await tx.query('select 1');
      const { code, stderr } = await forget();
      expect([code, stderr]).toEqual([1, expect.stringMatching(/FORGET_NOT_REWRITTEN.*all tables: /s)]);
      expect(stderr).toContain('landed.post_letters: ');
      expect(stderr).toContain('runner forget, without an ID');
    });
    // One that writes to another database is older than what is written anew, too.
    const other = await testDatabase();
    await other.db.transaction(async (tx) => {
      await tx.query('create table written (n integer)');
      expect((await forget()).stderr).toMatch(/FORGET_NOT_REWRITTEN.*all tables: /s);
    });
    await other.drop();
    // Those of other tests pass within the time that is usual.
    place.edit('project.yml', (text) => text.replace('lock_patience: 500ms\n', ''));
    expect((await forget()).code).toBe(0);
  });
});
