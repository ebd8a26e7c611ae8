import { didYouMean } from '../util/suggest.ts';
import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import type { PersonalConfig } from './personal-types.ts';
import type { RoleConfig } from './types.ts';

/** `personal:` of project.yml: the kinds of personal data, and which schemas and models may hold which, which roles may read which. */
export function personalConfig(
  yaml: YamlFile,
  top: MapReader,
  roles: readonly RoleConfig[],
): { readonly personal?: PersonalConfig } {
  if (top.get('personal') === null) return {};
  const map = top.map('personal', ['kinds', 'schemas', 'models', 'readers']);
  map.missing('kinds', 'each kind with what belongs to it');
  const kinds = map.map('kinds');
  const known = Object.keys(kinds.value);
  const kindsOf = (holder: MapReader, key: string): readonly string[] => {
    const named = holder.texts(key) ?? holder.missing(key, 'a list of kinds, [] for none') ?? [];
    for (const kind of named.filter((one) => !known.includes(one)))
      holder.fault(
        {
          message: `${kind} is no kind of personal data`,
          expected: `one of ${known.join(', ')}`,
          found: kind,
          hint: didYouMean(kind, known) ?? 'Declare it under kinds: too.',
        },
        key,
      );
    return named;
  };
  const listed = (key: string): Readonly<Record<string, readonly string[]>> => {
    const holders = map.map(key);
    return Object.fromEntries(Object.keys(holders.value).map((name) => [name, kindsOf(holders, name)]));
  };
  const readers = listed('readers');
  for (const { name, memberOf } of roles)
    for (const kind of memberOf.flatMap((role) => readers[role] ?? []))
      if (!readers[name]?.includes(kind))
        map.fault(
          {
            message: `${name} is a member of a role that may read ${kind}, and may not read it itself`,
            hint: `Name ${name} under readers: too, or take it out of that role.`,
          },
          'readers',
        );
  const models = map.map('models');
  return {
    personal: {
      kinds: Object.fromEntries(
        known.map((kind) => [kind, kinds.filled(kind) ?? kinds.missing(kind, 'what belongs to it') ?? '']),
      ),
      schemas: listed('schemas'),
      readers,
      models: Object.fromEntries(
        Object.keys(models.value).map((name) => {
          const model = models.map(name, ['kinds', 'reason'], `"${name}"`);
          const reason = model.filled('reason') ?? model.missing('reason', 'why it has to') ?? '';
          return [name, { kinds: kindsOf(model, 'kinds'), reason, line: yaml.line(model.path) }];
        }),
      ),
    },
  };
}
