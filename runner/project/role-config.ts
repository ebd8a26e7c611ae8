import { didYouMean } from '../util/suggest.ts';
import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import type { RoleConfig, SecretConfig } from './types.ts';
import { variableName } from './variable-name.ts';

/**
 * `roles:` of project.yml, by name.
 * @param secrets among which the variable of a password has to be, so that no template reads it and no message shows it
 */
export function roleConfigs(yaml: YamlFile, top: MapReader, secrets: readonly SecretConfig[]): readonly RoleConfig[] {
  const roles = top.map('roles');
  const names = Object.keys(roles.value);
  const hidden = secrets.map((secret) => secret.name);
  return names.map((name) => {
    if (!/^(?!pg_|public$|none$)[a-z_][a-z0-9_]{0,62}$/.test(name)) {
      yaml.fault(['roles', name], {
        message: 'a role needs a plain name',
        expected: 'a-z, digits and _, 63 at the most, not public, none or pg_…',
        found: name,
        hint: 'Rename it.',
      });
    }
    const map = roles.map(name, ['description', 'member_of', 'password_env'], `role "${name}"`);
    const memberOf = map.texts('member_of') ?? [];
    for (const group of memberOf.filter((one) => !names.includes(one)))
      map.fault(
        {
          message: `role "${name}" is to be a member of a role that is not declared`,
          expected: `one of ${names.join(', ')}`,
          found: group,
          hint: didYouMean(group, names) ?? 'Declare it under roles: too.',
        },
        'member_of',
      );
    const passwordEnv = variableName(map, 'password_env');
    if (passwordEnv !== null && !hidden.includes(passwordEnv))
      map.fault(
        {
          message: `the password of role "${name}" is in a variable that is no secret`,
          expected: `${passwordEnv} among secrets:`,
          hint: `Add {name: ${passwordEnv}} to secrets:`,
        },
        'password_env',
      );
    return defined({ name, description: map.filled('description'), memberOf, passwordEnv });
  });
}
