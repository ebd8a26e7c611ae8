import type { Declassify } from '../contracts/types.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { Project } from '../project/types.ts';
import { canonicalJson } from '../util/hash.ts';
import { fewOf } from '../util/plural.ts';

interface Side {
  readonly graph: Graph;
  readonly project: Pick<Project, 'config'>;
}

/** Who may read what, and what is personal: each difference between two states of a project in a sentence. */
export function accessChanges(base: Side, head: Side): readonly string[] {
  const pairs = [...head.graph.nodes.values()].map((after) => ({ before: base.graph.nodes.get(after.id), after }));
  return [
    ...grants(pairs, head.graph),
    ...rolesOf(base, head),
    ...hooks(pairs),
    ...pairs.flatMap(tags),
    ...pairs.flatMap(declassified),
    ...places(base, head),
    ...review(base, head),
  ];
}

interface Pair {
  readonly before: Node | undefined;
  readonly after: Node;
}

/** One sentence for all that a role is given or loses alike. */
function grants(pairs: readonly Pair[], { nodes }: Graph): readonly string[] {
  const found = new Map<string, Node[]>();
  for (const { before, after } of pairs) {
    const [then, now] = [grantsOf(before), grantsOf(after)];
    const add = (sentence: string): unknown => found.set(sentence, [...(found.get(sentence) ?? []), after]);
    for (const grant of now.filter((one) => !then.includes(one))) add(`${grant}, and could not`);
    for (const grant of then.filter((one) => !now.includes(one))) add(`${grant} no more`);
  }
  return [...found].map(([sentence, granted]) => {
    const schemas = new Set(granted.map(({ relation }) => relation.schema));
    const whole = [...schemas].filter((schema) =>
      [...nodes.values()].every((node) => node.relation.schema !== schema || granted.includes(node)),
    );
    const others = granted.filter(({ relation }) => !whole.includes(relation.schema));
    const names = [
      ...whole.map((schema) => `all of the schema ${schema}`),
      ...(others.length > 0 ? [fewOf(others.map(nameOf), 8)] : []),
    ];
    return sentence.replace('…', names.join(' and '));
  });
}

function grantsOf(node: Node | undefined): readonly string[] {
  if (!node || node.type === 'source') return [];
  return Object.entries(node.config.grants ?? {}).flatMap(([privilege, roles]) =>
    roles.map((role) => `${role} may ${privilege === 'select' ? 'select from' : privilege} …`),
  );
}

function nameOf({ relation }: Node): string {
  return `${relation.schema}.${relation.name}`;
}

function rolesOf(base: Side, head: Side): readonly string[] {
  const [then, now] = [base, head].map(({ project }) => new Map(project.config.roles.map((role) => [role.name, role])));
  return union(now?.keys(), then?.keys()).flatMap((name) => {
    const [before, after] = [then?.get(name)?.memberOf ?? [], now?.get(name)?.memberOf ?? []];
    return [
      ...(then?.has(name) ? [] : [`there is a new role ${name}`]),
      ...(now?.has(name) ? [] : [`the role ${name} is not the project's any more`]),
      ...after.filter((of) => !before.includes(of)).map((of) => `${name} may all that ${of} may, and could not`),
      ...before.filter((of) => !after.includes(of)).map((of) => `${name} may no more all that ${of} may`),
    ];
  });
}

/** They run as the owner: a grant may stand in them, or what keeps a reader from more than a view shows. */
function hooks(pairs: readonly Pair[]): readonly string[] {
  const found = new Map<string, string[]>();
  for (const { before, after } of pairs) {
    const [then, now] = [hooksOf(before), hooksOf(after)];
    const add = (sentence: string): unknown => found.set(sentence, [...(found.get(sentence) ?? []), after.name]);
    for (const hook of now.filter((one) => !then.includes(one))) add(`runs now: ${hook}`);
    for (const hook of then.filter((one) => !now.includes(one))) add(`runs no more: ${hook}`);
  }
  return [...found].map(([sentence, names]) => `with ${fewOf(names, 8)} ${sentence}`);
}

function hooksOf(node: Node | undefined): readonly string[] {
  if (node?.type !== 'model') return [];
  const { before, after } = node.rendered.hooks;
  return [...before, ...after].map((sql) => sql.replaceAll('"this:"', '{{ this }}').replace(/\s+/g, ' ').trim());
}

function tags({ before, after }: Pair): readonly string[] {
  const [then, now] = [tagsOf(before), tagsOf(after)];
  return union(now.keys(), then.keys()).flatMap((column) => {
    const [was, is] = [then.get(column), now.get(column)];
    if (was === is) return [];
    const what = `${after.name}.${column}`;
    if (is === undefined) return [`${what} is not tagged as personal any more (${was})`];
    if (was !== undefined) return [`${what} is tagged as personal of another kind: ${was} → ${is}`];
    return [`${what} is tagged as personal (${is})${before ? ', and was not' : ''}`];
  });
}

function tagsOf(node: Node | undefined): ReadonlyMap<string, string> {
  const columns = (node?.contract?.columns ?? []).map(({ name, personal }) => [name, personal ?? []] as const);
  const landed =
    node?.type === 'source' ? (node.source.personal ?? []).map(({ column, kinds }) => [column, kinds] as const) : [];
  return new Map(
    [...columns, ...landed]
      .filter(([, kinds]) => kinds.length > 0)
      .map(([column, kinds]) => [column, kinds.join(', ')]),
  );
}

function declassified({ before, after }: Pair): readonly string[] {
  const [then, now] = [before, after].map(
    (node) => new Map((node?.contract?.declassify ?? []).map((one) => [sayDeclassify(one), one.reason])),
  );
  return union(now?.keys(), then?.keys()).flatMap((what) => {
    const [was, is] = [then?.get(what), now?.get(what)];
    if (was === is) return [];
    if (is === undefined) return [`of ${after.name}: no more declared ${what}`];
    if (was === undefined) return [`of ${after.name}: declared ${what}, for this reason: ${is}`];
    return [`of ${after.name}: declared ${what}, for another reason: ${was} → ${is}`];
  });
}

function sayDeclassify({ columns, kinds, as }: Declassify): string {
  return `not personal any more: ${columns.join(', ')} (${kinds.join(', ')}, as a ${as})`;
}

/** Where personal data may be, and what else of project.yml is about persons. */
function places(base: Side, head: Side): readonly string[] {
  const [then, now] = [base.project.config, head.project.config];
  const lists = [then, now].map(({ personal: { schemas = {}, models = {}, readers = {} } = {} }) => [
    ...Object.entries(schemas).map(([name, kinds]) => [`the schema ${name} may hold`, kinds] as const),
    ...Object.entries(models).map(([name, { kinds }]) => [`the model ${name} may hold`, kinds] as const),
    ...Object.entries(readers).map(([name, kinds]) => [`the role ${name} may be granted`, kinds] as const),
  ]);
  const [were, are] = lists.map(
    (list) => new Map<string, string>(list.map(([what, kinds]) => [what, kinds.join(', ')])),
  );
  const others = [
    ['the kinds of personal data (personal.kinds)', then.personal?.kinds, now.personal?.kinds],
    ['what is secret (secrets)', then.secrets, now.secrets],
    ['what is erased of a person (forget)', then.forget, now.forget],
    ['what the site shows (docs.reader)', then.docs.reader, now.docs.reader],
  ] as const;
  return [
    ...union(are?.keys(), were?.keys()).flatMap((what) => {
      const [was, is] = [were?.get(what) ?? 'nothing personal', are?.get(what) ?? 'nothing personal'];
      return was === is ? [] : [`${what} ${is}, and until now ${was}`];
    }),
    ...others.filter(([, was, is]) => plainly(was) !== plainly(is)).map(([what]) => `another rule for ${what}`),
  ];
}

/** What this comparison itself may tell; the base's word holds for it. */
function review(base: Side, head: Side): readonly string[] {
  const [then, now] = [base.project.config.review, head.project.config.review];
  const size = (group: number | undefined): string => (group === undefined ? 'none' : `${group} persons`);
  return [
    ...(then?.smallGroup === now?.smallGroup
      ? []
      : [
          `a group is small, and not told of, up to: ${size(then?.smallGroup)} → ${size(now?.smallGroup)} (review.small_group)`,
        ]),
    ...(plainly(then?.members) === plainly(now?.members)
      ? []
      : ['another rule for whose values a figure adds up (review.members)']),
  ];
}

function plainly(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value ?? null, (key, part) => (key === 'line' ? undefined : part))));
}

function union(...lists: readonly (Iterable<string> | undefined)[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => [...(list ?? [])]))];
}
