import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { SimulationOptions } from './options.ts';
import type { Profile } from './profile.ts';

// Section "Simulation" of the business rules: "Endurance: distance = 15 km (walking) or 25 km (cycling) × U(0.10, 1.00),
// duration = 2 h 15 or 1 h 15 for the full distance, pro rata × U(0.8, 1.2), within 20 min … 3 h.
// Others: 15 min … 2 h, no distance."
const WALKING = { fullKm: 15, fullSeconds: 135 * 60 };
const CYCLING = { fullKm: 25, fullSeconds: 75 * 60 };
const DISTANCE_SHARE = { from: 0.1, to: 1 };
const PACE = { from: 0.8, to: 1.2 };
const ENDURANCE_SECONDS = { from: 20 * 60, to: 180 * 60 };
const OTHER_SECONDS = { from: 15 * 60, to: 120 * 60 };

/** A row of the table, and where it stands in the shuffle that decides which are kept. */
export type Activity = Readonly<Record<'cle_salarie' | 'date_activite' | 'sport_type' | 'duree', string>> & {
  /** Kilometres with one decimal; `null` for a sport without distance. */
  readonly distance_km: string | null;
  readonly rank: number;
};

/**
 * The activities of one employee, at most one a day. Each month has a generator of its own, made from the seed, the
 * employee and the month: neither a new employee nor a new month changes what the others draw.
 */
export function drawActivities(profile: Profile, options: SimulationOptions): readonly Activity[] {
  return monthsOf(profile.debut, profile.fin).flatMap((days) => {
    const random = generator(`${options.graine}|${profile.cleSalarie}|${days[0]?.slice(0, 7)}`);
    const wanted = uniformInt(random, profile.minMois, profile.maxMois);
    const drawn = new Set<string>();
    for (let draw = Math.ceil(wanted * options.facteurSurgeneration); draw > 0; draw -= 1)
      drawn.add(pick(random, days));
    return [...drawn].slice(0, wanted).map((date) => drawActivity(random, profile, date));
  });
}

function drawActivity(random: RandomGenerator, profile: Profile, date: string): Activity {
  const sport = pick(random, [...profile.sportsEndurance, ...profile.sportsAutres]);
  const [distance, seconds] = profile.sportsEndurance.includes(sport)
    ? drawEndurance(random, profile.modeGoogle)
    : ([null, uniformInt(random, OTHER_SECONDS.from, OTHER_SECONDS.to)] as const);
  return {
    cle_salarie: profile.cleSalarie,
    date_activite: date,
    sport_type: sport,
    distance_km: distance,
    duree: new Date(seconds * 1000).toISOString().slice(11, 19),
    rank: uniformFloat64(random),
  };
}

function drawEndurance(random: RandomGenerator, modeGoogle: string | null): readonly [km: string, seconds: number] {
  const { fullKm, fullSeconds } = modeGoogle === 'bicycling' ? CYCLING : WALKING;
  const km = Math.round(fullKm * uniform(random, DISTANCE_SHARE) * 10) / 10;
  const seconds = Math.round((km / fullKm) * fullSeconds * uniform(random, PACE));
  return [km.toFixed(1), Math.min(Math.max(seconds, ENDURANCE_SECONDS.from), ENDURANCE_SECONDS.to)];
}

/** The days from the first to the last, both included, month by month. */
function monthsOf(debut: string, fin: string): readonly (readonly string[])[] {
  const months = new Map<string, string[]>();
  const last = Date.parse(fin);
  for (let time = Date.parse(debut); time <= last; time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    const month = day.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), day]);
  }
  return [...months.values()];
}

function generator(name: string): RandomGenerator {
  return xoroshiro128plus(createHash('sha256').update(name).digest().readInt32LE(0));
}

function uniform(random: RandomGenerator, { from, to }: { readonly from: number; readonly to: number }): number {
  return from + uniformFloat64(random) * (to - from);
}

function pick(random: RandomGenerator, items: readonly string[]): string {
  return items[uniformInt(random, 0, items.length - 1)] ?? '';
}
