import type { SourceFault } from '../../runner/landing/types.ts';

/** The modes of travel, under Google's names. */
export const MODES: readonly string[] = ['walking', 'bicycling', 'transit', 'driving'];

export type DistancePair = Readonly<Record<'adresse' | 'destination' | 'mode', string>>;

export interface Distance {
  /** `OK`, or why there is no distance, in Google's words: `NOT_FOUND`, `ZERO_RESULTS`. */
  readonly statut: string;
  /** Whole metres; `null` unless the status is `OK`. */
  readonly distance_m: string | null;
  /** Whole seconds; `null` unless the status is `OK`. */
  readonly duree_sec: string | null;
}

export type Answer = DistancePair & Distance;

export type Fault = Error & SourceFault;

export interface Distances {
  /** A pair that gets no answer is left out: it is asked again by the next run. */
  readonly answers: readonly Answer[];
  /** Why pairs got none, the gravest first; empty where that is nobody's fault. */
  readonly faults: readonly Fault[];
}

export type DistanceClient = (pairs: readonly DistancePair[]) => Promise<Distances>;
