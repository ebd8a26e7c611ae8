import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { defined } from './defined.ts';
import type { MembersConfig, OutcomeConfig, ReviewConfig } from './review-types.ts';

/** `review:` of project.yml: what `diff` tells of a change. */
export function reviewConfig(yaml: YamlFile, top: MapReader): { readonly review?: ReviewConfig } {
  if (top.get('review') === null) return {};
  const map = top.map('review', ['figures', 'outcomes', 'small_group', 'members']);
  const outcomes = map.maps('outcomes', ['title', 'model', 'column', 'motive']);
  return {
    review: {
      figures: map.texts('figures') ?? [],
      outcomes: outcomes.map((item) => outcome(yaml, item)),
      smallGroup: smallGroup(map, top.map('vars').value),
      ...(map.get('members') === null ? {} : { members: membersConfig(map) }),
      line: yaml.line(map.path),
    },
  };
}

function outcome(yaml: YamlFile, map: MapReader): OutcomeConfig {
  const model = map.filled('model') ?? map.missing('model', 'the model whose rows have it or not') ?? '';
  return defined({
    title: map.filled('title') ?? model,
    model,
    column: map.filled('column') ?? map.missing('column', 'the column that is true of those who have it') ?? '',
    motive: map.filled('motive'),
    line: yaml.line(map.path),
  });
}

/** A number, or the name of a variable that holds one. That of a command line is not asked: it would tell more. */
function smallGroup(map: MapReader, vars: Readonly<Record<string, unknown>>): number {
  const count = (value: unknown): number | undefined => {
    const found = typeof value === 'string' && Object.hasOwn(vars, value) ? vars[value] : value;
    return typeof found === 'number' && Number.isInteger(found) && found >= 0 ? found : undefined;
  };
  const expected = 'a whole number, or the name of a variable of vars: that is one';
  return map.read('small_group', count, expected) ?? map.missing('small_group', expected) ?? 0;
}

function membersConfig(review: MapReader): MembersConfig {
  const map = review.map('members', ['model', 'person', 'of']);
  const of = map.map('of');
  const condition = (figure: string): string =>
    of.filled(figure) ?? of.missing(figure, 'SQL over m, a row of members, and f, a row of the figure') ?? 'false';
  return {
    model: map.filled('model') ?? map.missing('model', 'the model with a row for each person in each sum') ?? '',
    person: map.filled('person') ?? map.missing('person', 'its column that tells a person') ?? '',
    of: Object.fromEntries(Object.keys(of.value).map((figure) => [figure, condition(figure)])),
  };
}
