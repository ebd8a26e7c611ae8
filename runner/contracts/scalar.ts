import { isScalar, type Node, Scalar } from 'yaml';
import type { Literal } from './types.ts';

/**
 * The value of a scalar under the rules of Soda's parser: YAML 1.2 (`yes`, `on`, `12:30` are texts), with digits grouped by
 * `_` and with dates. `undefined` when the node is no scalar.
 */
export function scalarOf(node: Node | null): Literal | undefined {
  if (node === null) return null;
  if (!isScalar(node)) return undefined;
  const quoted = node.type !== Scalar.PLAIN || node.tag === 'tag:yaml.org,2002:str';
  return quoted ? String(node.value ?? '') : plainOf(node.source ?? '');
}

/** Soda reads `01` as 1, and `0o17`, `0x1F` and `0b11` as numbers. */
function plainOf(text: string): Literal {
  if (/^(~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)$/.test(text)) return integerOf(text);
  if (/^[-+]?[0-9][0-9_]*$/.test(text)) return integerOf(text);
  if (/^[-+]?([0-9][0-9_]*\.[0-9_]*|[0-9][0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?$/.test(text))
    return Number(ungrouped(text));
  if (/^[-+]?\.(inf|Inf|INF)$/.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.(nan|NaN|NAN)$/.test(text)) return Number.NaN;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return { type: 'date', text };
  if (/^\d{4}-\d\d?-\d\d?([Tt]|[ \t]+)\d\d?:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d\d?(:\d\d)?))?$/.test(text)) {
    return { type: 'timestamp', text };
  }
  return text;
}

function integerOf(text: string): Literal {
  const digits = ungrouped(text).replace(/^[-+]/, '');
  const value =
    BigInt(digits.startsWith('0') ? digits.replace(/^0+(?=\d)/, '') : digits) * (text.startsWith('-') ? -1n : 1n);
  return Number.isSafeInteger(Number(value)) ? Number(value) : { type: 'integer', text: value.toString() };
}

function ungrouped(text: string): string {
  return text.replaceAll('_', '');
}
