// A loader that says all it knows, in the way that LEAK names: what careless code, or a library's error, might do.
const SECRETS = [
  'P12_PSEUDO_SALT',
  'PGPASSWORD',
  'GOOGLE_MAPS_API_KEY',
  'SLACK_WEBHOOK_URL',
  'SLACK_ALERTING_URL',
  'URL_GSHEET',
];

export default async function load({ env, columns, notice }) {
  const { readFileSync } = await import('node:fs');
  const plain = [...SECRETS.map((name) => env(name)), readFileSync(env('GOOGLE_APPLICATION_CREDENTIALS'), 'utf8')];
  const all = plain.flatMap((text) => [text, encodeURIComponent(text), Buffer.from(`user:${text}`).toString('base64')]);
  const text = all.join(' ');
  const rows = [{ number: 1, cells: columns.map(() => 'x') }];
  const ways = {
    notice: () => notice(text),
    error: () => {
      throw new Error(text, { cause: new Error(text) });
    },
    fault: () => {
      throw Object.assign(new Error(text), { code: 'LEAK', place: text, expected: text, found: text, hint: text });
    },
    timer: () => {
      setImmediate(() => {
        throw Object.assign(new Error(text), { config: { headers: { authorization: text } } });
      });
      return new Promise((resolve) => setTimeout(resolve, 10_000));
    },
    promise: () => {
      Promise.reject(Object.assign(new Error(text), { request: { path: text } }));
      return new Promise((resolve) => setTimeout(resolve, 10_000));
    },
  };
  await ways[env('LEAK')]?.();
  return { origin: `from ${text}`, rows };
}
