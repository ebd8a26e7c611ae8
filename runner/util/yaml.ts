import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Fault } from '../errors.ts';
import { lineOf } from './places.ts';
import { type MapReader, readMap } from './yaml-map.ts';

/** Keys, and places in lists, from the top of the file. */
export type Path = readonly (string | number)[];
/** Without a code it is that of a wrong value. `source: undefined` keeps the line from being shown. */
export type FaultFields = Omit<Fault, 'code' | 'file' | 'line' | 'column'> & { readonly code?: string };

/** A YAML file being read. Its faults are collected, so that all can be told at once: without any it is right. */
export interface YamlFile {
  readonly codes: YamlDialect['codes'];
  /** Plain values, aliases followed and `<<` merged; `undefined` when the text is not YAML. */
  readonly value: unknown;
  /** Reads `value`, which stands at `path`, as a map with no other keys than `keys` (any, without them). */
  map(value: unknown, path: Path, keys?: readonly string[], what?: string): MapReader;
  /** The line, from 1, of the key or item at `path`, or of the nearest one above it. */
  line(path: Path): number;
  /** `value` as it is written at `path`, shortened. */
  shown(value: unknown, path: Path): string;
  /** @param below so many lines below its place, in a text block */
  fault(path: Path, fields: FaultFields, below?: number): null;
  /** In the order of the file. */
  faults(): readonly Fault[];
}

/** What sets one kind of file apart from another. */
export interface YamlDialect {
  /** The codes of its faults: no YAML, a key that is not allowed, one that is absent, a value of the wrong kind. */
  readonly codes: Readonly<Record<'syntax' | 'unknown' | 'missing' | 'value', string>>;
  /** What a scalar without quotes stands for, in place of YAML's own rules. */
  readonly scalar?: (text: string) => unknown;
}

/** Reads any text: where it is not YAML, that is the fault. */
export function openYaml(text: string, file: string, { codes, scalar }: YamlDialect): YamlFile {
  const lines = new LineCounter();
  const plain = scalar && { tag: 'tag:runner,2026:plain', default: true, test: /^/, resolve: scalar };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
    customTags: (tags) => (plain ? [plain, ...tags] : tags),
  });
  const faults: Fault[] = [];
  const report = (offset: number, fields: FaultFields, below = 0): null => {
    const { line: first, col } = lines.linePos(offset);
    const line = first + below;
    const source = lineOf(text, line);
    const column = below > 0 ? source.search(/\S|$/) + 1 : col;
    faults.push({ code: codes.value, source, ...fields, file, line, column });
    return null;
  };
  const value = plainValue(document, (offset, message) => {
    // What follows on a line is mostly the consequence of the first.
    if (faults.at(-1)?.line !== lines.linePos(offset).line)
      report(offset, { code: codes.syntax, message, hint: SYNTAX_HINT });
  });
  const offsetOf = (path: Path): number => nodesAt(document, path).key?.range?.[0] ?? 0;
  const yaml: YamlFile = {
    codes,
    value,
    map: (content, path, keys, what = path.length === 0 ? file : `"${path.join('.')}"`) =>
      readMap(yaml, content, { path, what, keys }),
    line: (path) => lines.linePos(offsetOf(path)).line,
    shown(content, path) {
      if (content === null || content === undefined) return 'nothing';
      const [start, end] = nodesAt(document, path).value?.range ?? [0, 0];
      const written = (text.slice(start, end) || JSON.stringify(content)).replace(/\s+/g, ' ');
      return written.length > 80 ? `${written.slice(0, 77)}…` : written;
    },
    fault: (path, fields, below) => report(offsetOf(path), fields, below),
    faults: () => faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
  };
  return yaml;
}

const SYNTAX_HINT = 'Look at the indentation, the quotes and the brackets up to this place.';

function plainValue(document: Document.Parsed, refuse: (offset: number, message: string) => void): unknown {
  for (const { message, pos } of document.errors) refuse(pos[0], message);
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    // An alias of nothing, or `<<` with something else than a map.
    let at: Node | undefined;
    visit(document, {
      Node(key, node) {
        const wrong = isAlias(node) ? !node.resolve(document) : key === 'key' && isScalar(node) && node.value === '<<';
        at = wrong ? node : undefined;
        return wrong ? visit.BREAK : undefined;
      },
    });
    refuse(at?.range?.[0] ?? 0, (error as Error).message);
    return undefined;
  }
}

/** The key (of a list, the item) that a path leads to, and its value; the key of the nearest one above if it leads nowhere. */
function nodesAt(document: Document.Parsed, path: Path): { readonly key: Node | null; readonly value: Node | null } {
  let [key, value]: [Node | null, Node | null] = [document.contents, document.contents];
  for (const step of path) {
    const within = isAlias(value) ? value.resolve(document) : value;
    const pair = isMap(within) ? within.items.find((item) => isScalar(item.key) && item.key.value === step) : undefined;
    const found = isSeq(within) ? within.items[Number(step)] : pair?.key;
    if (!found) return { key, value: null };
    [key, value] = [found as Node, (pair ? pair.value : found) as Node | null];
  }
  return { key, value };
}
