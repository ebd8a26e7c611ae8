import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import { DURATION, millisecondsOf } from './durations.ts';
import type { AlertConfig, OutboxConfig } from './message-types.ts';
import { variableName } from './variable-name.ts';

const OUTBOX_KEYS = [
  'model',
  'key',
  'text',
  'order_by',
  'webhook',
  'when_flag',
  'force_env',
  'republish',
  'pace',
  'timeout',
];
const ALERT_KEYS = ['webhook', 'text', 'rows'];

/** `outbox:` of project.yml: models whose rows are sent to a webhook, by the name of the outbox. */
export function outboxConfigs(yaml: YamlFile, top: MapReader): readonly OutboxConfig[] {
  const outboxes = top.map('outbox');
  return Object.keys(outboxes.value).map((name) => {
    const map = outboxes.map(name, OUTBOX_KEYS);
    const needed = (key: string, expected: string): string => map.filled(key) ?? map.missing(key, expected) ?? '';
    return defined({
      name,
      line: yaml.line(map.path),
      model: needed('model', 'the model whose rows are the messages'),
      key: needed('key', 'the column that tells a message: it is sent once'),
      text: needed('text', 'the column that holds the text'),
      webhook: webhookOf(map),
      orderBy: map.texts('order_by') ?? [],
      whenFlag: map.filled('when_flag'),
      forceEnv: variableName(map, 'force_env'),
      republish: map.read('republish', countOf, 'a whole number') ?? 10,
      pace: map.read('pace', millisecondsOf, DURATION) ?? 1_000,
      timeout: map.read('timeout', millisecondsOf, DURATION) ?? 10_000,
    });
  });
}

/** `alert:` of project.yml: who is told of a run that failed, or of what it found. */
export function alertConfig(yaml: YamlFile, top: MapReader): { readonly alert?: AlertConfig } {
  if (top.get('alert') === null) return {};
  const map = top.map('alert', ALERT_KEYS);
  const rows = map.maps('rows', ['model', 'title', 'columns', 'examples']).map((row) => {
    const model = row.filled('model') ?? row.missing('model', 'the model whose rows are told') ?? '';
    return {
      model,
      title: row.filled('title') ?? model,
      columns: row.texts('columns') ?? [],
      examples: row.read('examples', countOf, 'a whole number') ?? 3,
    };
  });
  const text = map.filled('text');
  const textLine = text === null ? null : yaml.line([...map.path, 'text']);
  return { alert: defined({ webhook: webhookOf(map), text, textLine, rows }) };
}

function webhookOf(map: MapReader): string {
  return (
    variableName(map, 'webhook') ?? map.missing('webhook', 'the environment variable that holds the address') ?? ''
  );
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
