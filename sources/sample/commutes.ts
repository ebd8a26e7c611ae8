import type { Person } from './people.ts';
import type { Random } from './random.ts';

/** Google's mode, how much longer its way is than the road, and its speed in metres a second. */
const MODES = [
  { mode: 'walking', detour: 0.94, speed: 1.36 },
  { mode: 'bicycling', detour: 1.02, speed: 4.3 },
  { mode: 'transit', detour: 1.18, speed: 4.9 },
  { mode: 'driving', detour: 1.06, speed: 9.4 },
] as const;

/** Labels of two modes of transport: an address of each can't be found. */
const NOT_FOUND_FOR = ['Vélo/Trottinette/Autres', 'véhicule thermique/électrique'];

/** Recorded answers for every home and mode, as CSV. */
export function commutesCsv(people: readonly Person[], random: Random): string {
  const lost = NOT_FOUND_FOR.map((label) => people.find(({ mode, km }) => mode === label && km < 15)?.adresse);
  const homes = new Map(people.map(({ adresse, km }) => [adresse, km]));
  const rows = [...homes].flatMap(([adresse, km]) =>
    MODES.map(({ mode, detour, speed }) => {
      if (lost.includes(adresse)) return [quoted(adresse), mode, 'NOT_FOUND', '', ''];
      const metres = Math.round(km * 1000 * detour * random.float(0.98, 1.02));
      return [quoted(adresse), mode, 'OK', metres, Math.round((metres / speed) * random.float(0.95, 1.1))];
    }),
  );
  return [['adresse', 'mode', 'statut', 'distance_m', 'duree_sec'], ...rows]
    .map((row) => `${row.join(',')}\n`)
    .join('');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
