import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import type { ForgetConfig, ForgetRule } from './forget-types.ts';

/** `forget:` of project.yml: whose rows `runner forget` erases, and which these are. */
export function forgetConfig(yaml: YamlFile, top: MapReader): { readonly forget?: ForgetConfig } {
  if (top.get('forget') === null) return {};
  const map = top.map('forget', ['id', 'key', 'known_by', 'rows', 'aliases', 'messages']);
  const rules = (key: string): readonly ForgetRule[] => {
    const rule = map.map(key);
    return Object.keys(rule.value).map((name) => ({
      name,
      condition: rule.filled(name) ?? rule.missing(name, 'SQL over t and p') ?? 'false',
      line: yaml.line([...rule.path, name]),
    }));
  };
  const forget = {
    line: yaml.line(map.path),
    id: map.filled('id') ?? map.missing('id', 'the column that a person is named by') ?? '',
    key: map.filled('key') ?? map.missing('key', 'the column that tells whose a row is') ?? '',
    knownBy: map.texts('known_by') ?? map.missing('known_by', 'the sources and models that know a person') ?? [],
    rows: rules('rows'),
    aliases: rules('aliases'),
    messages: rules('messages'),
  };
  return { forget };
}
