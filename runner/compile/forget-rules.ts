import { type Fault, RunnerError } from '../errors.ts';
import type { ForgetConfig, ForgetRule } from '../project/forget-types.ts';
import type { ModelFile } from '../project/types.ts';
import type { Rendered } from './types.ts';

/** The conditions of `forget:` as SQL, by rule, and what is wrong with them. */
export interface ForgetSql {
  readonly sql: ReadonlyMap<ForgetRule, string>;
  readonly faults: readonly Fault[];
}

/** What a condition stands in: a query, as models are. A comment at its end must not swallow what closes it. */
const [BEFORE, AFTER] = ['select from t, p where (\n', '\n)'];

/** Renders the conditions; they see what models see, but read `t`, `p` and `others` alone. */
export async function forgetSql(
  { rows, aliases, messages }: ForgetConfig,
  render: (model: ModelFile) => Rendered | Promise<Rendered>,
): Promise<ForgetSql> {
  const sql = new Map<ForgetRule, string>();
  const faults: Fault[] = [];
  for (const rule of [...rows, ...aliases, ...messages]) {
    const template = `${BEFORE}${rule.condition.trim()}${AFTER}`;
    try {
      const { body, problem, refs, sources } = await render({ name: 'forget', file: FILE, template, config: {} });
      if (problem) faults.push(fault(rule, problem.code, problem.message, { hint: problem.hint }));
      else if (refs.length + sources.length > 0)
        faults.push(fault(rule, 'FORGET_READS', 'it reads a model or source', { hint: 'It sees t, p and others.' }));
      else sql.set(rule, body.slice(BEFORE.length, -AFTER.length));
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      faults.push(...error.faults.map((one) => (one.file === FILE ? fault(rule, one.code, one.message, one) : one)));
    }
  }
  return { sql, faults };
}

const FILE = 'project.yml';

/** At its rule: where in it, a text that was folded no longer tells. */
function fault({ name, line, condition }: ForgetRule, code: string, message: string, more: Partial<Fault>): Fault {
  const found = more.found ?? condition.trim().split('\n')[0];
  return { code, message: `forget, ${name}: ${message}`, file: FILE, line, found, hint: more.hint };
}
