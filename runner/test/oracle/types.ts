/** Everything that the rules of the business need to know, as read from the files of a project. */
export interface Inputs {
  readonly salaries: readonly Salarie[];
  /** Who was in a former workbook and is in this one no longer. */
  readonly anciens: readonly Salarie[];
  readonly declarations: readonly Declaration[];
  /** Recorded answers: `address|Google mode` → metres, or `null` where Google finds no way. */
  readonly trajets: ReadonlyMap<string, number | null>;
  readonly modes: readonly Mode[];
  /** Normalised name or alias → the type's name as the company spells it. */
  readonly types: ReadonlyMap<string, { readonly libelle: string; readonly categorie: string }>;
  readonly parametres: readonly Parametre[];
  /** Fictitious activities: each gives way to a real one of its employee and day. */
  readonly simulees: readonly Activite[];
}

export interface Salarie {
  /** As in the workbooks. */
  readonly id: string;
  readonly cle: string;
  readonly nom: string;
  readonly prenom: string;
  readonly naissance: string;
  readonly bu: string;
  /** Gross, euros a year, a plain decimal or empty. */
  readonly salaire: string;
  readonly adresse: string;
  readonly mode: string;
  /** The sport that HR was told, or empty. */
  readonly sport: string;
}

/** One row of the sheet; the header is row 1. */
export interface Declaration {
  readonly ligne: number;
  readonly horodateur: string;
  readonly nom: string;
  readonly prenom: string;
  readonly date: string;
  readonly sport: string;
  readonly distance: string;
  readonly duree: string;
}

export interface Mode {
  readonly libelle: string;
  readonly google: string;
  readonly actif: boolean;
  readonly codeSeuil: string;
}

export interface Parametre {
  readonly scenario: string;
  readonly code: string;
  readonly valeur: string;
  readonly dateEffet: string;
}

export interface Activite {
  readonly cle: string;
  /** `YYYY-MM-DD` */
  readonly jour: string;
  readonly type: string;
  readonly distanceM: number | null;
  readonly dureeSec: number;
}

export interface Question {
  /** `YYYY-MM-DD`, the day that the figures are for. */
  readonly jour: string;
  readonly moisCourant: boolean;
}

export interface Figures {
  readonly periode: readonly [string, string];
  /** `row motive`, by row. */
  readonly rejets: readonly string[];
  /** `row motive employee`, by row. */
  readonly anomalies: readonly string[];
  readonly trajetsIntrouvables: readonly string[];
  /** `employee day type metres seconds`, sorted. */
  readonly activites: readonly string[];
  /** Type of activity → how many count in the window, zeros too. */
  readonly pratique: Readonly<Record<string, number>>;
  readonly scenarios: Readonly<Record<string, ScenarioFigures>>;
}

export interface ScenarioFigures {
  /** Code → effective value. */
  readonly parametres: Readonly<Record<string, string>>;
  /** Employee → `motive of the prime|counted activities|days|category`; the motive is `-` when there is none. */
  readonly salaries: Readonly<Record<string, string>>;
  /** `employee mode metres threshold(km) incoherent`, sorted. */
  readonly controles: readonly string[];
  readonly eligiblesPrime: number;
  readonly coutPrime: string;
  readonly coutFixe: string;
  readonly incoherences: number;
  readonly eligiblesBienEtre: number;
  readonly jours: number;
  /** Unit → `persons|eligible|variable cost|fixed cost|eligible to days|days`; a hidden cost is `-`. */
  readonly parBu: Readonly<Record<string, string>>;
  /** The same by age band. */
  readonly parAge: Readonly<Record<string, string>>;
}
