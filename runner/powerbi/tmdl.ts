/**
 * An object of TMDL, the text form of a semantic model: `keyword name = expression`, its properties, what is within it.
 * https://learn.microsoft.com/analysis-services/tmdl/tmdl-overview
 */
export interface TmdlObject {
  readonly keyword: string;
  readonly name?: string;
  /** DAX or M, of one or more lines, or the kind of a partition. */
  readonly expression?: string;
  readonly description?: string | undefined;
  /** In the order in which they are written; `true` stands by its name alone, `undefined` is left out. */
  readonly properties?: readonly (readonly [name: string, value: string | true | undefined])[];
  /** A property that is an expression of several lines: what fills a partition. */
  readonly source?: string;
  readonly children?: readonly TmdlObject[];
}

/**
 * A TMDL file of these objects, as Microsoft's own writer lays it out. Blocks are told by tabs, and an expression of several
 * lines by two more.
 */
export function tmdl(objects: readonly TmdlObject[]): string {
  return objects
    .map((object, index) => {
      const isList = object.keyword === 'ref table' && objects[index + 1]?.keyword === object.keyword;
      return `${lines(object, 0).join('\n')}\n${isList ? '' : '\n'}`;
    })
    .join('');
}

/** `table.column` as a reference. */
export function columnReference(table: string, column: string): string {
  return `${tmdlName(table)}.${tmdlName(column)}`;
}

/** A name, in quotes where it holds what would end it. */
export function tmdlName(name: string): string {
  return /[\s.=:'"]/.test(name) || name === '' ? `'${name.replaceAll("'", "''")}'` : name;
}

function lines(object: TmdlObject, depth: number): readonly string[] {
  const { keyword, name, expression, description, properties = [], source, children = [] } = object;
  const tabs = '\t'.repeat(depth);
  const head = name === undefined ? keyword : `${keyword} ${tmdlName(name)}`;
  return [
    ...(description?.trimEnd().split('\n') ?? []).map((line) => `${tabs}/// ${line}`.trimEnd()),
    ...(expression === undefined ? [tabs + head] : assigned(head, expression, depth)),
    ...properties.flatMap(([key, value]) => {
      if (value === undefined) return [];
      return [`${tabs}\t${value === true ? key : `${key}: ${value}`}`];
    }),
    ...(source === undefined ? [] : assigned('source', source, depth + 1)),
    ...children.flatMap((child) => ['', ...lines(child, depth + 1)]),
  ];
}

function assigned(head: string, expression: string, depth: number): readonly string[] {
  const tabs = '\t'.repeat(depth);
  const text = expression.split('\n').map((line) => line.trimEnd());
  if (text.length === 1) return [`${tabs}${head} = ${text[0]}`];
  return [`${tabs}${head} =`, ...text.map((line) => (line === '' ? '' : `${tabs}\t\t${line}`))];
}
