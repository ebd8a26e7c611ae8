import { DatabaseError, type Fault } from '../errors.ts';
import type { NodeResult, RunEvent } from '../execute/types.ts';
import type { AlertError } from '../outbox/alert.ts';
import { maskValues, withoutValues } from '../util/mask-values.ts';

type Event<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** What was heard of a run, as it may be told outside: no value of a row is in it. */
export interface HeardRun {
  event(event: RunEvent): void;
  faults(faults: readonly Fault[]): void;
  /** An error that no one had foreseen ended it. */
  crash(error: unknown): void;
  /** Whether a run that ended well may be worth an alert. */
  hasNews(): boolean;
  readonly errors: readonly AlertError[];
  /** Of nodes whose published rows are not what they were. */
  readonly changed: readonly NodeResult[];
  readonly died: Event<'runs_died'>['runs'];
  readonly started: Event<'run_started'> | undefined;
  readonly finished: Event<'run_finished'> | undefined;
}

export function hearRun(): HeardRun {
  const errors: AlertError[] = [];
  const changed: NodeResult[] = [];
  const died: Event<'runs_died'>['runs'][number][] = [];
  let [started, finished]: [Event<'run_started'> | undefined, Event<'run_finished'> | undefined] = [
    undefined,
    undefined,
  ];
  return {
    errors,
    changed,
    died,
    get started() {
      return started;
    },
    get finished() {
      return finished;
    },
    event(event) {
      if (event.type === 'run_started') started = event;
      if (event.type === 'run_finished') finished = event;
      if (event.type === 'runs_died') died.push(...event.runs);
      if (event.type === 'faults')
        errors.push(...event.faults.map((fault) => (event.source ? ofSource(event.source, fault) : told(fault))));
      if (event.type !== 'node_finished') return;
      const { node, faults, status, identical } = event.result;
      errors.push(...faults.map((fault) => (node.type === 'source' ? ofSource(node.name, fault) : told(fault))));
      if (status === 'success' && identical === false) changed.push(event.result);
    },
    faults: (faults) => void errors.push(...faults.map(told)),
    crash: (error) => void errors.push(told(ofCrash(error))),
    hasNews: () => changed.length > 0 || died.length > 0,
  };
}

/** Characters of one message. */
const LONGEST = 600;
const NOTHING = { value: '', threshold: '', rows: '', hint: '' };

function told(fault: Fault): AlertError {
  const message = fault.code === 'UNEXPECTED' ? maskValues(fault.message) : withoutValues(fault);
  const isCheck = fault.code.startsWith('CHECK_');
  const { found = '', expected = '' } = isCheck ? fault : {};
  return {
    ...NOTHING,
    code: fault.code,
    place: placeOf(fault),
    message: shortened(expected ? message.replace(` (${expected})`, '') : message),
    // What is found elsewhere may be a value of a row.
    value: found,
    threshold: expected,
    rows: fault.rows?.total === undefined ? '' : String(fault.rows.total),
  };
}

/** The words of a loader may quote a row; its code, place and next step are kept of it elsewhere too. */
function ofSource(source: string, fault: Fault): AlertError {
  const { code, hint = '' } = fault;
  return { ...NOTHING, code, place: placeOf(fault), message: `source ${source} was refused`, hint: shortened(hint) };
}

function ofCrash(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof DatabaseError ? `SQL_${error.sqlstate}` : 'UNEXPECTED', message };
}

function placeOf({ file, line, column }: Fault): string {
  return [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}

/** On one line. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
