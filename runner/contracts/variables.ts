import { didYouMean } from '../util/suggest.ts';
import type { Path, YamlFile } from '../util/yaml.ts';
import { isRecord } from '../util/yaml-map.ts';
import { isLiteral } from './scalar.ts';
import type { Contract, Literal } from './types.ts';

export type VariableValue = string | number;
/** As it is put in for a whole text: a number of the file may be one that only digits can tell. */
type Value = Exclude<Literal, boolean | null>;

export interface Variables {
  /** `value`, which stands at `path`, with the variables in its texts filled in, but for those that people read. */
  readonly fill: (value: unknown, path: Path) => unknown;
  /** The value of a declared variable, or of one that was only given. */
  readonly get: (name: string) => Value | undefined;
}

/** Keys whose value stays as it stands. */
const FOR_PEOPLE = 'description grain owner tags personal declassify attributes check_attributes variables'.split(' ');

/** A whole text that is one variable keeps the variable's type; `var` and `soda` are the only name spaces. */
const USE = /\$\{ *(var|soda)\.([A-Za-z_]\w*) *\}/g;
const ONE_USE = new RegExp(`^${USE.source}$`);

/** Stands for the time, which a contract is told when it is evaluated: as it is read, it is the same in every run. */
export const NOW = `\${soda.NOW}`;

/** The contract at a time, in seconds of UTC. */
export function atTime(contract: Contract, clock: Date): Contract {
  const text = JSON.stringify(contract);
  if (!text.includes(NOW)) return contract;
  return JSON.parse(text.replaceAll(NOW, `${clock.toISOString().slice(0, 19)}+00:00`)) as Contract;
}

/**
 * Reads the variables that a contract declares, each with its value from `given` or else its declared default. Faults:
 * `CONTRACT_VARIABLE_UNKNOWN` (used, not declared), `CONTRACT_VARIABLE_VALUE` (no value and no default, or defined by itself).
 */
export function readVariables(yaml: YamlFile, given: Readonly<Record<string, VariableValue>>): Variables {
  const declared = declarations(yaml, given);
  const soda = new Map(['NOW', 'DATA_TIMESTAMP'].map((name) => [name, NOW]));
  const open: string[] = [];

  const fillText = (text: string, path: Path): Value => {
    const [only, space = '', name = ''] = ONE_USE.exec(text) ?? [];
    if (only !== undefined) return lookup(space, name, path);
    const [other] = /\$\{\s*(env|var|soda)\b[^}]*\}?/.exec(text.replaceAll(USE, '')) ?? [];
    if (other !== undefined) {
      yaml.fault(path, {
        code: 'CONTRACT_VARIABLE_UNKNOWN',
        message: other.includes('env')
          ? 'a contract does not read the environment'
          : 'this is not how a variable is used',
        found: other,
        hint: `Declare a variable under "variables:", its name of letters, digits and _, and use it as \${var.NAME}.`,
      });
    }
    return text.replace(USE, (_use, inSpace: string, named: string) => textOf(lookup(inSpace, named, path)));
  };

  const lookup = (space: string, name: string, path: Path): Value => {
    const names: ReadonlyMap<string, Value> = space === 'var' ? declared : soda;
    const found = names.get(name);
    if (found !== undefined) return space === 'var' ? resolve(name, found) : found;
    const known = [...names.keys()];
    yaml.fault(path, {
      code: 'CONTRACT_VARIABLE_UNKNOWN',
      message: `variable "${space}.${name}" is not declared`,
      expected: known.length > 0 ? `one of ${known.join(', ')}` : `${name}: {default: …} under "variables:"`,
      found: name,
      hint: didYouMean(name, known),
    });
    // Some text, lest its absence be told too.
    return name;
  };

  /** A default may be made of other variables. */
  const resolve = (name: string, value: Value): Value => {
    if (typeof value !== 'string') return value;
    const path = ['variables', name];
    if (open.includes(name)) {
      const message = `variable "${name}" is defined by itself`;
      const found = [...open, name].join(' → ');
      const hint = 'Give one of them a value that names no other.';
      yaml.fault(path, { code: 'CONTRACT_VARIABLE_VALUE', message, found, hint });
      return '';
    }
    open.push(name);
    const filled = fillText(value, path);
    open.pop();
    return filled;
  };

  const fill = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return value.includes('${') ? fillText(value, path) : value;
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, index]));
    if (!isRecord(value)) return value;
    const filled = (key: string, inner: unknown): unknown =>
      FOR_PEOPLE.includes(key) ? inner : fill(inner, [...path, key]);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(key, inner)]));
  };

  for (const [name, value] of declared) resolve(name, value);
  const get = (name: string): Value | undefined => {
    const value = declared.get(name);
    return value === undefined ? given[name] : resolve(name, value);
  };
  return { fill, get };
}

function declarations(yaml: YamlFile, given: Readonly<Record<string, VariableValue>>): ReadonlyMap<string, Value> {
  const stated = isRecord(yaml.value) ? yaml.value.variables : null;
  const map = yaml.map(stated ?? {}, ['variables']);
  const declared = new Map<string, Value>();
  for (const name of Object.keys(map.value)) {
    const variable = map.map(name, ['type', 'required', 'default'], `variable "${name}"`);
    // Read and not enforced by Soda.
    variable.text('type');
    variable.flag('required');
    const value = given[name] ?? variable.get('default');
    const message = `variable "${name}" has no value and no default`;
    if (isValue(value)) declared.set(name, value);
    else if (value === null)
      variable.fault({ code: 'CONTRACT_VARIABLE_VALUE', message, hint: 'Give it one: default: …' });
    else variable.wrong('default', 'a text or a number');
  }
  return declared;
}

/** A text or a number. */
function isValue(value: unknown): value is Value {
  if (!isLiteral(value) || typeof value === 'boolean' || value === null) return false;
  return typeof value !== 'object' || value.type === 'integer' || value.type === 'decimal';
}

function textOf(value: Value): string {
  return typeof value === 'object' ? value.text : String(value);
}
