import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LettersPlace, lettersPlace } from './letters.ts';

let place: LettersPlace;
const LETTERS = '3|2026-01-01|one\n1|2026-01-02|two\n';
beforeAll(async () => {
  place = await lettersPlace(['pace: 0ms']);
});
afterAll(() => place?.close());

const pipeline = (args: readonly string[] = [], env = {}) => place.runner(['pipeline', ...args], env);
const posted = (): readonly string[] => place.slack.posted(place.slack.webhook);
const write = (text: string) => place.edit('sources/letters.txt', () => text);
const lastRun = () => place.rows('select command, status from runs.run order by started_at desc limit 1');

describe('a pipeline', () => {
  let before = 0;
  const fresh = (): readonly string[] => posted().slice(before);
  beforeEach(() => {
    before = posted().length;
  });

  it('sends what it has built, within its run', async () => {
    write(LETTERS);
    const { code, stdout } = await pipeline();
    expect([code, fresh()]).toEqual([0, ['one', 'two']]);
    expect(stdout).toContain('news: 2 messages sent');
    expect(
      await place.rows('select distinct o.run_id = r.run_id from runs.outbox as o cross join runs.run as r'),
    ).toEqual([['t']]);
  });

  it('that finds nothing changed takes up nothing', async () => {
    await place.db.query("insert into marts.letter values (9, '2026-02-01', 'by hand')");
    const { code, stdout } = await pipeline();
    expect([code, fresh()]).toEqual([0, []]);
    expect(stdout).toContain('Nothing changed');
    expect(stdout).not.toContain('news:');
    expect(await lastRun()).toEqual([['pipeline', 'nothing_to_do']]);
    await place.db.query('delete from marts.letter where letter_id = 9');
  });

  it('in which the flag is not raised builds, and takes up nothing', async () => {
    place.edit('models/marts/letter.sql', (text) =>
      text.replace(
        'select',
        "select 77 as letter_id, date '2026-03-01' as written_on, 'extra' as body union all select",
      ),
    );
    const { code, stdout } = await pipeline();
    expect([code, fresh()]).toEqual([0, []]);
    expect(stdout).toContain('1 node of 2 to build');
    place.edit('models/marts/letter.sql', (text) => text.replace(/select 77.*union all /, ''));
    await pipeline();
  });

  it('rebuilt from nothing sends nothing again', async () => {
    const { code } = await pipeline(['--full-refresh']);
    write(`${LETTERS}\n`.replace('two', 'two!'));
    expect((await pipeline()).code).toBe(0);
    expect([code, fresh()]).toEqual([0, []]);
  });

  it('sends the last ones once more where that is forced, even when nothing changed', async () => {
    const { code, stdout } = await pipeline([], { FORCE_NEWS: '1' });
    expect([code, fresh()]).toEqual([0, ['one', 'two!']]);
    expect(stdout).toContain('Nothing changed');
    expect(stdout).toContain('2 sent once more');
    expect(await lastRun()).toEqual([['pipeline', 'success']]);
  });

  it('whose messages are refused ends as failed; the next one sends them, though nothing changed', async () => {
    write(`${LETTERS}4|2026-01-03|three\n`);
    place.slack.fail([{ status: 404, body: 'no_service' }]);
    const { code, stderr } = await pipeline();
    expect([code, fresh()]).toEqual([1, []]);
    expect(stderr).toContain('404 (no_service); 1 message waits');
    expect(await lastRun()).toEqual([['pipeline', 'failed']]);
    const again = await pipeline();
    expect([again.code, fresh()]).toEqual([0, ['three']]);
    expect(again.stdout).toContain('Nothing changed');
    expect(await lastRun()).toEqual([['pipeline', 'success']]);
  });

  it('whose model fails sends what waits as it was published before, and nothing that failed', async () => {
    write(`${LETTERS}4|2026-01-03|three\n5|2026-01-04|four\n`);
    await pipeline([], { NEWS_HOOK: '' });
    const { stdout: waits } = await pipeline([], { NEWS_HOOK: '' });
    expect(waits).toContain('Nothing changed');
    expect(waits).toContain('1 message waits: NEWS_HOOK is not set');
    write(`${LETTERS}4|2026-01-03|three\n5|2026-01-04|four, edited\n6|2026-01-05|AAARGH\n`);
    const { code, stdout } = await pipeline();
    expect(stdout).toMatch(/FAILED +table +marts.letter/);
    expect([code, fresh()]).toEqual([1, ['four']]);
    write(`${LETTERS}4|2026-01-03|three\n5|2026-01-04|four, edited\n6|2026-01-05|five\n`);
    expect((await pipeline()).code).toBe(0);
    expect(fresh()).toEqual(['four', 'five']);
  });

  it('whose model failed takes up in the next run what the flag stood for, though it is not raised any more', async () => {
    write(`${LETTERS}8|2026-01-06|AAARGH\n`);
    expect((await pipeline()).code).toBe(1);
    place.edit('models/marts/letter.sql', (text) => text.replace(' body ', ' lower(body) as body '));
    const { code, stdout } = await pipeline();
    expect(stdout).toContain('L=0');
    expect([code, fresh()]).toEqual([0, ['aaargh']]);
    expect(await place.rows('select * from runs.outbox_due')).toEqual([]);
  });

  it('of a selection that leaves the model out leaves the rows for the next one', async () => {
    write(`${LETTERS}10|2026-01-07|later\n`);
    expect((await pipeline(['--select', 'stg_letters'])).code).toBe(0);
    expect(fresh()).toEqual([]);
    const { stdout } = await pipeline();
    expect(stdout).toContain('L=0');
    expect(fresh()).toEqual(['later']);
  });

  it('takes up what retry has landed and built after it, though nothing is left to build', async () => {
    write('not a letter');
    expect((await pipeline(['--full-refresh'])).code).toBe(1);
    write(`${LETTERS}11|2026-01-08|retried\n`);
    expect(await place.runner(['retry'])).toMatchObject({ code: 0, stderr: '' });
    expect(fresh()).toEqual([]);
    const { stdout } = await pipeline();
    expect(stdout).toContain('L=0');
    expect(stdout).toContain('Nothing changed');
    expect(fresh()).toEqual(['retried']);
  });

  it('takes up what load and build have published before it, though nothing is left to build', async () => {
    write(`${LETTERS}12|2026-01-09|built\n`);
    for (const command of ['load', 'build']) expect((await place.runner([command])).code).toBe(0);
    const { stdout } = await pipeline();
    expect(stdout).toContain('L=0');
    expect(fresh()).toEqual(['built']);
    expect(await place.rows('select * from runs.outbox_due')).toEqual([]);
  });

  it('whose source fails sends what waits', async () => {
    write(`${LETTERS}7|2026-02-01|six\n`);
    await pipeline([], { NEWS_HOOK: '' });
    write('not a letter');
    const { code, stderr } = await pipeline();
    expect([code, fresh(), stderr]).toEqual([1, ['six'], expect.stringContaining('LETTER_INVALID')]);
    write(`${LETTERS}7|2026-02-01|six\n`);
    await pipeline();
  });
});

describe('notify --due, after load and build', () => {
  let before = 0;
  const fresh = (): readonly string[] => posted().slice(before);
  const due = () => place.rows('select outbox from runs.outbox_due');
  const built = async () => {
    expect((await place.runner(['load'])).code).toBe(0);
    return place.runner(['build', '--select', 'changed']);
  };
  const notify = (args: readonly string[] = ['--due']) => place.runner(['notify', ...args]);
  beforeEach(() => {
    before = posted().length;
  });

  it('sends what the flag stood for, once, and forgets the flag', async () => {
    write(`${LETTERS}20|2026-03-01|due\n`);
    await built();
    expect(await due()).toEqual([['news']]);
    expect((await notify()).code).toBe(0);
    expect([fresh(), await due()]).toEqual([['due'], []]);
    const { code, stdout } = await notify();
    expect([code, fresh()]).toEqual([0, ['due']]);
    expect(stdout).toContain('Nothing to send of news: ');
  });

  it('takes up nothing where no flag was raised, but sends what waits; notify takes up all', async () => {
    await place.db.query("insert into marts.letter values (21, '2026-03-02', 'by hand')");
    expect([(await notify()).code, fresh()]).toEqual([0, []]);
    await place.db.query(
      "insert into runs.outbox (outbox, message_key, status, noted_at, run_id) values ('news', '21', 'waiting', now(), 'x')",
    );
    await place.db.query("insert into marts.letter values (22, '2026-03-03', 'also by hand')");
    const { stdout } = await place.runner(['notify', '--due'], { NEWS_HOOK: '' });
    expect(stdout).toContain('1 message waits: NEWS_HOOK is not set');
    expect(stdout).not.toContain('Nothing to send');
    expect([(await notify()).code, fresh()]).toEqual([0, ['by hand']]);
    expect([(await notify([])).code, fresh()]).toEqual([0, ['by hand', 'also by hand']]);
    await place.db.query('delete from marts.letter where letter_id in (21, 22)');
  });

  it('keeps the flag in mind while the model that it stood for is not built', async () => {
    place.edit('models/marts/letter.sql', (text) => text.replace('lower(body)', 'upper(body)'));
    write(`${LETTERS}23|2026-03-04|AAARGH\n`);
    expect((await built()).code).toBe(1);
    expect([(await notify()).code, fresh(), await due()]).toEqual([0, [], [['news']]]);
    place.edit('models/marts/letter.sql', (text) => text.replace('upper(body)', 'lower(body)'));
    write(`${LETTERS}23|2026-03-04|mended\n`);
    expect((await built()).code).toBe(0);
    expect([(await notify()).code, fresh(), await due()]).toEqual([0, ['mended'], []]);
  });
});

describe('an outbox', () => {
  const original = { config: '' };
  beforeEach(() => place.edit('project.yml', (text) => (original.config = text)));
  afterEach(() => place.edit('project.yml', () => original.config));

  it('of a view is refused, since a view may show what its contract refuses', async () => {
    place.edit('project.yml', (text) => text.replace('materialized: table', 'materialized: view'));
    for (const command of ['ls', 'pipeline', 'notify']) {
      const { code, stderr } = await place.runner([command]);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/OUTBOX_UNAUDITED project\.yml:15:14\n.*materialized as view/),
      ]);
    }
  });

  it('of columns that its contract does not have is refused, each with its name', async () => {
    place.edit('project.yml', (text) => text.replace('text: body', 'text: boody').replace('[written_on]', '[day]'));
    place.edit('project.yml', (text) => text.replace('when_flag: L', 'when_flag: Z'));
    const { code, stderr } = await place.runner(['ls']);
    expect([code, stderr.match(/^OUTBOX_COLUMN_UNKNOWN project\.yml:1[78]:\d+$/gm)?.length]).toEqual([2, 2]);
    expect(stderr).toMatch(/NAME_UNKNOWN project\.yml:20:\d+\n.*when_flag of outbox news names Z/);
    expect(stderr).toContain('The flags there are: L.');
    expect(stderr).toContain('Did you mean "body"?');
  });

  it('without a flag takes up new rows in every pipeline', async () => {
    place.edit('project.yml', (text) => text.replace('when_flag: L,', ''));
    const sent = posted().length;
    await place.db.query("insert into marts.letter values (99, '2026-04-01', 'no flag')");
    await pipeline();
    expect(posted().slice(sent)).toEqual(['no flag']);
  });

  it('that is not in project.yml sends nothing', async () => {
    place.edit('project.yml', (text) => text.slice(0, text.indexOf('outbox:')));
    expect(await place.runner(['notify'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to send'),
    });
  });
});
