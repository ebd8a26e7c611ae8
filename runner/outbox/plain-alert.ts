import { plural } from '../util/plural.ts';
import type { Alert, AlertError } from './alert.ts';

/** The text of an alert in a project that has none of its own. */
export function plainAlert({ project, run, errors, cut, died, rows }: Alert): string {
  const called = [run.command, run.id].filter(Boolean).join(' ');
  return [
    `${project}: ${called} ${run.failed ? 'failed' : 'has something to look at'}`,
    `status ${run.status} · day ${run.day}${run.url ? ` · ${run.url}` : ''}`,
    ...died.map(({ id, command }) => `• ${command} ${id} was found dead: its process ended without a word`),
    ...errors.map((error) => `• ${errorLine(error)}`),
    ...(cut > 0 ? [`… and ${plural(cut, 'more error')}`] : []),
    ...(run.not_run > 0 ? [`${plural(run.not_run, 'node')} not run`] : []),
    ...rows.flatMap(({ title, count, examples }) => [
      `${title}: ${count === '?' ? 'rows that could not be counted' : plural(count, 'row')}`,
      ...examples.map((example) => `  ${example.join(' · ')}`),
    ]),
  ].join('\n');
}

function errorLine({ code, place, message, value, threshold, rows, hint }: AlertError): string {
  const measured = [value && `measured ${value}`, threshold, rows && plural(Number(rows), 'row')].filter(Boolean);
  const said = measured.length > 0 ? `${message} [${measured.join(', ')}]` : message;
  return [`${code} ${place}`.trim(), [said, hint].filter(Boolean).join(' → ')].join(': ');
}
