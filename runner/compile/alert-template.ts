import { type Fault, RunnerError } from '../errors.ts';
import type { Alert } from '../outbox/alert.ts';
import type { ProjectConfig } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';
import { createTemplates } from './templates.ts';

/**
 * The template `alert.text` of project.yml as a function. It sees what {@link Alert} holds, and `var`, `env` and
 * `as_of`; no macro and no model, which may be what the alert is about.
 * @param env secrets are not in it
 */
export function createAlertTemplate(
  template: string,
  config: ProjectConfig,
  env: (name: string) => string | undefined,
): (alert: Alert) => string {
  return (alert) => {
    const { text, faults } = render(template, config, env, alert);
    if (faults.length > 0) throw new RunnerError(faults);
    return text;
  };
}

/**
 * What is wrong with the template, as far as it shows when it is filled in with an alert of each kind.
 * @param start the line of its key in project.yml
 */
export function alertTemplateFaults(template: string, start: number, config: ProjectConfig): readonly Fault[] {
  const faults = EXAMPLES.flatMap((alert) => render(template, config, () => undefined, alert).faults);
  const each = new Map(faults.map((fault) => [`${fault.message} ${fault.line} ${fault.column}`, fault]));
  return [...each.values()].map(({ source = '', line = 0, column = 1, ...fault }) => {
    const [word] = /^[\w.]+/.exec(source.slice(column - 1)) ?? [];
    const isNameless = /^(\{\{ .* has no value|\w+ is not defined)$/.test(fault.message);
    const near = didYouMean(word?.split('.').at(-1) ?? '', namesIn(EXAMPLES[0]));
    return {
      ...fault,
      message: `in alert.text: ${fault.message}`,
      // A block begins below its key. What is found is sought from that line on.
      line: template.includes('\n') ? start + line : start,
      found: fault.found ?? word,
      hint: isNameless ? (near ?? `It sees ${Object.keys(EXAMPLES[0] ?? {}).join(', ')}.`) : fault.hint,
    };
  });
}

/** The keys of an alert and of all that it holds. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(namesIn)];
}

const FILE = 'project.yml';

function render(
  template: string,
  config: ProjectConfig,
  env: (name: string) => string | undefined,
  alert: Alert,
): { readonly text: string; readonly faults: readonly Fault[] } {
  const empty = { models: [], macros: [], seeds: [], sources: [], contracts: new Map(), unitTests: new Map() };
  const options = { asOf: alert.run.day, vars: config.vars, env };
  const { run } = createTemplates({ config, ...empty }, options);
  const { text, reading } = run({ name: 'alert', file: FILE, template, config: {} }, false, { ...alert });
  return { text: text.trim(), faults: reading.faults };
}

const RUN = { id: 'id', command: 'pipeline', status: 'failed', day: '2026-01-31', url: '', failed: true, not_run: 2 };
const ERROR = { code: 'CODE', place: 'file:1:1', message: 'words', value: '', threshold: '', rows: '', hint: 'words' };
const CHECK = { ...ERROR, value: '3', threshold: 'must be 0', rows: '3', hint: '' };
const ROWS = { model: 'm', title: 'Rows', count: 4, columns: ['a', 'b'], examples: [['1', '2']] };
const DEAD = { id: 'other', command: 'load' };
const EXAMPLES: readonly Alert[] = [
  { project: 'p', run: RUN, errors: [ERROR, CHECK], cut: 3, died: [DEAD], rows: [ROWS] },
  { project: 'p', run: { ...RUN, failed: false, not_run: 0 }, errors: [], cut: 0, died: [], rows: [] },
];
