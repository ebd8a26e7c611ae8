import type { Node } from 'yaml';
import { didYouMean } from '../util/suggest.ts';
import type { ContractSource } from './contract-source.ts';
import { type MapReader, readMap } from './map-reader.ts';
import { scalarOf } from './scalar.ts';

export type VariableValue = string | number;

export interface Variables {
  readonly fill: ContractSource['fill'];
  /** The value of a declared variable, or of one that was only given. */
  readonly get: (name: string) => VariableValue | undefined;
}

interface Variable {
  readonly node: Node;
  readonly value: VariableValue;
}

/** A whole text that is one variable keeps the variable's type; `var` and `soda` are the only name spaces. */
const USE = /\$\{\s*(var|soda)\.([\w-]+)\s*\}/g;

/**
 * Reads the variables that a contract declares, each with its value from `given` or else its declared default, and returns
 * what fills them in. Faults: `CONTRACT_VARIABLE_UNKNOWN` (used, not declared), `CONTRACT_VARIABLE_VALUE` (no value
 * and no default, or defined by itself).
 */
export function readVariables(
  source: ContractSource,
  map: MapReader | null,
  given: Readonly<Record<string, VariableValue>>,
  clock: Date,
): Variables {
  const declared = declarations(map, given);
  const soda = new Map(['NOW', 'DATA_TIMESTAMP'].map((name) => [name, isoSeconds(clock)]));
  const open: string[] = [];

  const fill = (text: string, at: Node): VariableValue => {
    const only = new RegExp(`^${USE.source}$`).exec(text);
    if (only) return lookup(only[1] ?? '', only[2] ?? '', at);
    if (/\$\{\s*env\./.test(text)) {
      source.fault(at, {
        code: 'CONTRACT_VARIABLE_UNKNOWN',
        message: 'a contract does not read the environment',
        found: text,
        hint: `Declare a variable under "variables:" and use it as \${var.NAME}.`,
      });
    }
    return text.replace(USE, (_use, space: string, name: string) => String(lookup(space, name, at)));
  };

  const lookup = (space: string, name: string, at: Node): VariableValue => {
    const names = space === 'var' ? declared : soda;
    const found = names.get(name);
    if (found === undefined) {
      const known = [...names.keys()].join(', ');
      source.fault(at, {
        code: 'CONTRACT_VARIABLE_UNKNOWN',
        message: `variable "${space}.${name}" is not declared`,
        expected: known === '' ? `${name}: {default: …} under "variables:"` : `one of ${known}`,
        found: name,
        hint: didYouMean(name, names.keys()),
      });
      return '';
    }
    return typeof found === 'string' ? found : resolve(name, found);
  };

  const resolve = (name: string, variable: Variable): VariableValue => {
    if (typeof variable.value === 'number') return variable.value;
    if (open.includes(name)) {
      const found = [...open, name].join(' → ');
      source.fault(variable.node, {
        code: 'CONTRACT_VARIABLE_VALUE',
        message: `variable "${name}" is defined by itself`,
        found,
      });
      return '';
    }
    open.push(name);
    const value = fill(variable.value, variable.node);
    open.pop();
    return value;
  };
  for (const [name, variable] of declared) resolve(name, variable);
  const get = (name: string): VariableValue | undefined => {
    const variable = declared.get(name);
    return variable ? resolve(name, variable) : given[name];
  };
  return { fill, get };
}

function declarations(
  map: MapReader | null,
  given: Readonly<Record<string, VariableValue>>,
): ReadonlyMap<string, Variable> {
  const declared = new Map<string, Variable>();
  for (const name of map?.keys() ?? []) {
    const child = map?.child(name) ?? null;
    const variable = map && child ? readMap(map.source, child, `variable "${name}"`, map.place(name)) : null;
    // Read and not enforced by Soda.
    variable?.note('type');
    variable?.flag('required');
    const stated = scalarOf(variable?.child('default') ?? null) ?? null;
    variable?.close();
    if (!map || (child && !variable)) continue;
    const value = given[name] ?? stated;
    if (typeof value === 'string' || typeof value === 'number') declared.set(name, { node: map.place(name), value });
    else if (value === null)
      map.source.fault(map.place(name), {
        code: 'CONTRACT_VARIABLE_VALUE',
        message: `variable "${name}" has no value and no default`,
      });
    else variable?.wrong('default', 'a text or a number');
  }
  return declared;
}

/** `2026-01-31T09:30:00+00:00`, as Soda writes it. */
function isoSeconds(clock: Date): string {
  return `${clock.toISOString().slice(0, 19)}+00:00`;
}
