// The bundled sample as the services of the world would hold it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ROOT } from '../cli.ts';
import type { Way } from './google-maps.ts';
import { day, duration, type GridCell, moment, serialOf } from './sheet-grid.ts';

/** The sample's declarations as Google holds the answers to a form: what can be a moment, a day, a duration or a number is one. */
export function typedSample(): readonly (readonly GridCell[])[] {
  const rows = parse(readFileSync(join(ROOT, 'sources/sample/declarations.csv'))) as readonly string[][];
  return rows.map((row) => row.map(typed));
}

/** A day or a duration that is none stays a text, as in a sheet. */
function typed(text: string): GridCell {
  const [, date = '', time = '00:00:00'] = /^(\d\d\/\d\d\/\d{4})(?: (\d\d:\d\d:\d\d))?$/.exec(text) ?? [];
  const iso = `${date.split('/').toReversed().join('-')}T${time}`;
  const instant = new Date(`${iso}Z`);
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(iso);
  if (isReal) return text === date ? day(serialOf(iso)) : moment(serialOf(iso));
  const [, hours = 0, minutes = 0, seconds = 0] = /^(\d\d):([0-5]\d):([0-5]\d)$/.exec(text)?.map(Number) ?? [];
  if (hours + minutes + seconds > 0) return duration((hours * 3600 + minutes * 60 + seconds) / 86_400);
  return /^\d+(,\d+)?$/.test(text) ? Number(text.replace(',', '.')) : text;
}

/** The ways that are recorded in the sample, by origin and mode. */
export function sampleWays(): ReadonlyMap<string, Way> {
  const text = readFileSync(join(ROOT, 'sources/sample/trajets.csv'), 'utf8');
  const rows = parse(text, { columns: true }) as Readonly<Record<string, string>>[];
  return new Map(
    rows.map(({ adresse, mode, statut = '', distance_m, duree_sec }) => {
      const way = { metres: Number(distance_m), seconds: Number(duree_sec) };
      return [`${mode} ${adresse}`, statut === 'OK' ? way : { status: statut }];
    }),
  );
}
