import { redactor } from '../util/redact.ts';
import type { MapReader } from '../util/yaml-map.ts';

/**
 * The name of an environment variable. Whoever pastes the value itself, such as the address of a webhook, is told so: a
 * name would be shown and kept, and neither this text nor its line is.
 */
export function variableName(map: MapReader, key: string): string | null {
  const value = map.get(key);
  if (value === null || (typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value))) return value;
  // Another fault of the same line would quote it.
  if (typeof value === 'string') redactor.hide([value]);
  return map.fault(
    {
      message: `"${key}" of ${map.what} is not the name of an environment variable`,
      expected: 'letters, digits and _, such as WEBHOOK_URL',
      source: undefined,
      hint: "Put the value (an address, a secret) in .env, and its variable's name here.",
    },
    key,
  );
}
