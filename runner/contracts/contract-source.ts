import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { type Fault, RunnerError } from '../errors.ts';
import { scalarOf } from './scalar.ts';
import type { Literal } from './types.ts';

export type FaultFields = Omit<Fault, 'file' | 'line' | 'column' | 'source'>;

/** The file being read: its nodes, the place of each, and the faults met so far. */
export interface ContractSource {
  readonly file: string;
  readonly root: Node | null;
  readonly faults: Fault[];
  /** Fills variables in; set once they are read. */
  fill: (text: string, at: Node) => string | number;
  line(at: Node): number;
  fault(at: Node | null, fields: FaultFields): void;
  /** The node behind an alias; `null` for an empty value. */
  follow(node: unknown): Node | null;
  /** Key → its node and its value, `<<` merged in. A key without value has the value `null`. */
  entries(map: YAMLMap): ReadonlyMap<string, Entry>;
  /** The scalar with its variables filled in; `undefined` when it is none. */
  scalar(node: Node | null): Literal | undefined;
  plain(node: Node | null): unknown;
}

export interface Entry {
  readonly key: Node;
  readonly value: Node | null;
}

/** @throws RunnerError `CONTRACT_YAML` with each place where the text is not YAML */
export function openContract(text: string, file: string): ContractSource {
  const lines = new LineCounter();
  const document: Document.Parsed<ParsedNode> = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  });
  const sourceLines = text.split(/\r?\n/);
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, source: sourceLines[line - 1] };
  };
  if (document.errors.length > 0) throw new RunnerError(yamlFaults(document.errors, place));
  const follow = (node: unknown): Node | null => {
    const target = isAlias(node) ? node.resolve(document) : node;
    return isMap(target) || isSeq(target) || isScalar(target) ? target : null;
  };
  const source: ContractSource = {
    file,
    root: follow(document.contents),
    faults: [],
    fill: (plain) => plain,
    line: (at) => lines.linePos(at.range?.[0] ?? 0).line,
    fault: (at, fields) => source.faults.push({ ...fields, ...place(at?.range?.[0] ?? 0) }),
    follow,
    entries: (map) => entriesOf(source, map),
    scalar: (node) => {
      const value = scalarOf(node);
      return typeof value === 'string' && node ? source.fill(value, node) : value;
    },
    plain: (node) => node?.toJS(document),
  };
  return source;
}

type Place = Pick<Fault, 'file' | 'line' | 'column' | 'source'>;

/** The first of each line: what follows on it is mostly its consequence. */
function yamlFaults(errors: readonly YAMLParseError[], place: (offset: number) => Place): readonly Fault[] {
  const faults = errors.map(({ message, pos }): Fault => {
    const at = place(pos[0]);
    const hint = /\$\{/.test(at.source ?? '') ? `Put a variable in quotes: "\${var.NAME}".` : undefined;
    return { code: 'CONTRACT_YAML', message, ...at, hint };
  });
  return faults.filter(({ line }, index) => faults.findIndex((other) => other.line === line) === index);
}

function entriesOf(source: ContractSource, map: YAMLMap): ReadonlyMap<string, Entry> {
  const own = new Map<string, Entry>();
  const merged = new Map<string, Entry>();
  for (const { key, value } of map.items) {
    const keyNode = source.follow(key) ?? map;
    const name = String(source.plain(keyNode));
    const target = source.follow(value);
    if (name !== '<<') own.set(name, { key: keyNode, value: emptied(target) });
    for (const part of name === '<<' ? (isSeq(target) ? target.items : [target]) : []) {
      const base = source.follow(part);
      for (const [inner, entry] of isMap(base) ? source.entries(base) : [])
        if (!merged.has(inner)) merged.set(inner, entry);
    }
  }
  return new Map([...merged, ...own]);
}

/** An empty value is none. */
function emptied(node: Node | null): Node | null {
  return scalarOf(node) === null ? null : node;
}
