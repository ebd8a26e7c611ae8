// A flow as its file says it, and the few keys of Kestra that the flows here use.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../cli.ts';

export interface Task {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

export interface Flow {
  readonly id: string;
  readonly namespace: string;
  readonly inputs: readonly { readonly id: string; readonly type: string; readonly defaults?: unknown }[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly tasks: readonly Task[];
  readonly errors?: readonly Task[];
  readonly outputs?: readonly { readonly id: string; readonly type: string; readonly value: string }[];
  readonly [property: string]: unknown;
}

export function readFlow(name: string): Flow {
  return parse(readFileSync(join(ROOT, 'kestra/flows', `${name}.yml`), 'utf8')) as Flow;
}

/** A task and those inside it, in the order of the file. */
export function withInner(task: Task): readonly Task[] {
  const inner = ['then', 'else', 'tasks'].flatMap((key) => (task[key] as readonly Task[] | undefined) ?? []);
  return [task, ...inner.flatMap(withInner)];
}

/** Every text of a value, with its path. */
export function texts(value: unknown, path = ''): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, path ? `${path}.${key}` : key));
}
