import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Workplace, workplace } from './cli.ts';
import { type SlackService, startSlack } from './services/slack.ts';

/** A copy of the project `letters`, whose letters are messages, and the channel they go to. */
export interface LettersPlace extends Workplace {
  readonly slack: SlackService;
  /** Publishes letters `[key, day, text]` as if a build had, in place of those before; the outbox forgets all. */
  publish(letters: readonly (readonly [key: number, day: string, text: string | null])[]): Promise<void>;
  /** What the outbox holds, by key: status, attempts, uncertain, resent. */
  outbox(): Promise<readonly (readonly (string | null)[])[]>;
  edit(file: string, change: (text: string) => string): void;
}

/** @param settings of the outbox in project.yml, to be put in the place of its own: `pace: 0ms` */
export async function lettersPlace(settings: readonly string[] = []): Promise<LettersPlace> {
  const slack = await startSlack();
  const from = join(ROOT, 'runner/test/fixtures/letters');
  const place = await workplace(from, ['project.yml', 'models', 'soda', 'sources'], { NEWS_HOOK: slack.webhook });
  const edit: LettersPlace['edit'] = (file, change) => {
    const path = join(place.dir, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  };
  for (const setting of settings) {
    const [key = ''] = setting.split(':');
    edit('project.yml', (text) => text.replace(new RegExp(`\\b${key}: [^,]+,`), `${setting},`));
  }
  return {
    ...place,
    slack,
    edit,
    async publish(letters) {
      await place.db.query('truncate runs.outbox, marts.letter');
      await place.db.query(
        'insert into marts.letter select * from unnest($1::integer[], $2::date[], $3::text[])',
        [0, 1, 2].map((column) => letters.map((letter) => letter[column])),
      );
    },
    outbox: () =>
      place.rows(
        'select message_key, status, attempts, uncertain, resent from runs.outbox order by message_key::integer',
      ),
    async close() {
      await slack.close();
      await place.close();
    },
  };
}
