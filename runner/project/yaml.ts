import { LineCounter, parseDocument } from 'yaml';
import { type Fault, RunnerError } from '../errors.ts';
import { didYouMean } from '../util/suggest.ts';

type Path = readonly (string | number)[];

/** A YAML file being read: hands out checked values, collects what is wrong with its place, and throws once for all. */
export interface YamlReader {
  readonly value: unknown;
  /** The map at `path` with no other keys than `allowed` (any, without it); `{}` and a fault when it is no map. */
  map(value: unknown, path: Path, allowed?: readonly string[]): Readonly<Record<string, unknown>>;
  /** The text at `key`, or `fallback`; a fault when it is something else, or is absent without a fallback. */
  text(from: Readonly<Record<string, unknown>>, key: string, path: Path, fallback?: string): string;
  optionalText(from: Readonly<Record<string, unknown>>, key: string, path: Path): string | undefined;
  flag(from: Readonly<Record<string, unknown>>, key: string, path: Path): boolean | undefined;
  texts(from: Readonly<Record<string, unknown>>, key: string, path: Path): readonly string[] | undefined;
  fault(path: Path, fields: Omit<Fault, 'code' | 'file' | 'line' | 'column' | 'source'>): void;
  /** @throws RunnerError with every fault met */
  done(): void;
}

/** @throws RunnerError `YAML_SYNTAX` when the text is not YAML */
export function readYaml(text: string, file: string): YamlReader {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const sourceLine = (line: number): string | undefined => text.split(/\r?\n/)[line - 1];
  if (document.errors.length > 0) {
    throw new RunnerError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { code: 'YAML_SYNTAX', message: error.message, file, line, column: col, source: sourceLine(line) };
      }),
    );
  }
  const faults: Fault[] = [];
  const placeOf = (path: Path): Pick<Fault, 'file' | 'line' | 'column' | 'source'> => {
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
      if (range) {
        const { line, col } = lines.linePos(range[0]);
        return { file, line, column: col, source: sourceLine(line) };
      }
    }
    return { file };
  };
  const reader: YamlReader = {
    value: document.toJS(),
    map(value, path, allowed) {
      if (value === null || value === undefined) return {};
      if (typeof value !== 'object' || Array.isArray(value)) {
        reader.fault(path, {
          message: `${named(path)} is not a map`,
          expected: 'key: value lines',
          found: shown(value),
        });
        return {};
      }
      for (const key of allowed ? Object.keys(value) : []) {
        if (allowed?.includes(key)) continue;
        reader.fault([...path, key], {
          message: `${named([...path, key])} is not a known key`,
          expected: `one of ${allowed?.join(', ')}`,
          found: key,
          hint: didYouMean(key, allowed ?? []),
        });
      }
      return value as Readonly<Record<string, unknown>>;
    },
    text(from, key, path, fallback) {
      const value = from[key] ?? fallback;
      if (typeof value === 'string' && value !== '') return value;
      reader.fault([...path, key], {
        message: `${named([...path, key])} is missing or not a text`,
        expected: 'a text',
        found: shown(value),
      });
      return '';
    },
    optionalText(from, key, path) {
      return from[key] === undefined || from[key] === null ? undefined : reader.text(from, key, path);
    },
    flag(from, key, path) {
      const value = from[key];
      if (value === undefined || typeof value === 'boolean') return value;
      reader.fault([...path, key], {
        message: `${named([...path, key])} is not true or false`,
        expected: 'true or false',
        found: shown(value),
      });
      return undefined;
    },
    texts(from, key, path) {
      const value = from[key];
      if (value === undefined || value === null) return undefined;
      const list = typeof value === 'string' ? [value] : value;
      if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list as readonly string[];
      reader.fault([...path, key], {
        message: `${named([...path, key])} is not a list of texts`,
        expected: '[a, b]',
        found: shown(value),
      });
      return undefined;
    },
    fault(path, fields) {
      faults.push({ code: 'CONFIG_INVALID', ...placeOf(path), ...fields });
    },
    done() {
      if (faults.length > 0) throw new RunnerError(faults);
    },
  };
  return reader;
}

function named(path: Path): string {
  return path.length === 0 ? 'the file' : `"${path.join('.')}"`;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
