import { expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { parseProjectConfig } from './config.ts';

const parsed = (roles: string): ReturnType<typeof parseProjectConfig> =>
  parseProjectConfig(`name: shop\nsecrets: [READER_PASSWORD]\nroles:\n${roles}`, 'project.yml');

it('a role has a description, the roles it is a member of and the variable of its password, each or none', () => {
  const yml = '  reader: {description: reads, password_env: READER_PASSWORD}\n  editor: {member_of: reader}\n  bare:\n';
  expect(parsed(yml).roles).toEqual([
    { name: 'reader', description: 'reads', memberOf: [], passwordEnv: 'READER_PASSWORD' },
    { name: 'editor', memberOf: ['reader'] },
    { name: 'bare', memberOf: [] },
  ]);
});

it.each([
  ['  pg_reader: {}', 'a role needs a plain name', 4],
  ['  public: {}', 'a role needs a plain name', 4],
  ['  Reader: {}', 'a role needs a plain name', 4],
  ['  reader: {member_off: a}', '"member_off" is not a key of role "reader"', 4],
  ['  reader: {}\n  editor: {member_of: raeder}', 'role "editor" is to be a member of a role that is not declared', 5],
  ['  reader: {password_env: OTHER}', 'the password of role "reader" is in a variable that is no secret', 4],
])('%j is refused with its line', (yml, message, line) => {
  expect.assertions(2);
  try {
    parsed(yml);
  } catch (error) {
    const [fault] = error instanceof RunnerError ? error.faults : [];
    expect(fault).toMatchObject({ message, line });
    expect(fault?.hint).toBeDefined();
  }
});
