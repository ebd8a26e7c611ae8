import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    () => '1|2026-01-01|from Ann\n2|2026-01-02|from Bob\n3|2026-01-01|from Ann again\n',
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

  it('erases every row of the key from the sources, the tables and the outbox, and sends no message again', async () => {
    place.edit('project.yml', (text) => `${text.trimEnd()}\n${FORGET}`);
    const posted = place.slack.posted(place.slack.webhook).length;
    const { code, stdout } = await forget('2026-01-01', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/landed\.post_letters +2\n/);
    expect(stdout).toContain('post.letters still names the person in 2 rows: remove them from');
    expect(
      await place.rows('select letter_id from landed.post_letters union all select letter_id::text from marts.letter'),
    ).toEqual([['2'], ['2']]);
    expect((await place.outbox()).map(([message]) => message)).toEqual(['2']);
    expect(await place.rows('select row_count from runs.batch')).toEqual([['1']]);
    const next = await place.runner(['pipeline']);
    expect([next.code, next.stdout]).toEqual([0, expect.stringContaining('Nothing changed')]);
    expect(place.slack.posted(place.slack.webhook)).toHaveLength(posted);
  });

  it('which the pages of an older transaction outlive says so, and does the rest without the ID', async () => {
    place.edit('project.yml', (text) => `lock_patience: 500ms\n${text}`);
    await place.db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      await tx.query('select 1');
      const { code, stderr } = await forget();
      expect([code, stderr]).toEqual([1, expect.stringContaining('FORGET_NOT_REWRITTEN')]);
      expect(stderr).toContain('runner forget, without an ID');
    });
    expect((await forget()).code).toBe(0);
  });

  it('waits for nobody who reads a table, and names the table', async () => {
    await place.db.transaction(async (tx) => {
      await tx.query('lock table landed.post_letters in access share mode');
      const { code, stderr } = await forget();
      expect([code, stderr]).toEqual([1, expect.stringContaining('landed.post_letters: ')]);
    });
    expect((await forget()).code).toBe(0);
    expect(
      await place.rows("select status from runs.run where command = 'forget' order by started_at desc limit 2"),
    ).toEqual([['success'], ['failed']]);
  });
});
