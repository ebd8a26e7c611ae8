/** Common French names; a likeness to a person is chance. */
export const LAST_NAMES: readonly string[] = list(`
  Alary Arnal Astruc Aubert Barthez Bastide Baudry Bécamel Belmas Bérard Bonnafous Bousquet Boyer Cabanel Calvet
  Cambon Castan Caumes Cazals Chazal Coste Coulet Crespy Dalmas Daudé Delmas Delpech Durand Escande Estève Fabre
  Farges Faucher Ferrand Gaillard Galtier Garrigue Gineste Granier Guibal Jammes Jourdan Lacombe Lafont Lautier
  Lavergne Malafosse Martel Mazel Mercadier Michelon Mourgues Nègre Nougaret Olivier Pagès Palous Pélissier
  Peyre Pradal Puech Ramade Reynes Ricard Rouquette Roussel Sabatier Salles Savy Ségura Serres Sicard Soulier
  Tarrou Teissier Valat Vernhes Vidal Viguier Villaret
`);

export const FIRST_NAMES: readonly string[] = list(`
  Adèle Agathe Alban Alice Anaïs André Annick Antoine Armelle Arthur Aurore Bastien Béatrice Benoît Bruno
  Camille Cécile Cédric Célia Chloé Clara Clément Coralie Damien Delphine Denis Didier Élise Élodie Émilie
  Estelle Étienne Fabien Fanny Florence Florian Gaëlle Géraldine Gilles Hélène Hervé Hugo Inès Jérôme Joël
  Judith Karine Laure Léa Lionel Loïc Louise Ludovic Magali Manon Marc Mathilde Maxime Mélanie Muriel Nadège
  Nadine Noémie Odile Pascale Quentin Raphaël Régis Rémi Romain Sabine Samuel Solène Sophie Sylvain Thibault
  Valentin Vincent Yann Zoé
`);

/** Employees whose names are hard on a matching; the first two are one name for two persons. */
export const SPECIAL_NAMES: readonly (readonly [string, string])[] = [
  ['Fabre', 'Élodie'],
  ['Fabre', 'Élodie'],
  ["D'Hauterive-Lacaze", 'Jean-Noël'],
  ['Le Goff', 'Anne-Maëlle'],
];

export interface Town {
  readonly name: string;
  /** By road to the company in Lattes, kilometres. */
  readonly km: number;
}

/** Real towns around Montpellier; the streets are invented. */
export const TOWNS: readonly Town[] = [
  { name: '34970 Lattes', km: 2.1 },
  { name: '34470 Pérols', km: 4.2 },
  { name: '34000 Montpellier', km: 5.6 },
  { name: '34070 Montpellier', km: 5.1 },
  { name: '34430 Saint-Jean-de-Védas', km: 6.4 },
  { name: '34250 Palavas-les-Flots', km: 7.2 },
  { name: '34090 Montpellier', km: 8.3 },
  { name: '34130 Mauguio', km: 9.4 },
  { name: '34170 Castelnau-le-Lez', km: 9.8 },
  { name: '34990 Juvignac', km: 10.6 },
  { name: '34690 Fabrègues', km: 11.9 },
  { name: '34790 Grabels', km: 12.7 },
  { name: '34830 Jacou', km: 12.9 },
  { name: '34160 Castries', km: 18.2 },
  { name: '34540 Balaruc-les-Bains', km: 26.8 },
  { name: '34400 Lunel', km: 27.4 },
  { name: '34200 Sète', km: 31.5 },
  { name: '34140 Mèze', km: 34.6 },
];

export const STREETS: readonly string[] = list(
  `
  Allée des Aigrettes, Allée des Salicornes, Av. des Lauriers-Tins, Av. du Cers, Chemin de la Draille,
  Chemin des Arbousiers, Chemin du Mas Vieux, Impasse des Cigales, Impasse du Figuier, Place des Micocouliers,
  Rue de l'Aubépine, Rue de la Garrigue, Rue de la Tramontane, Rue des Amandiers, Rue des Cystes, Rue des Genêts,
  Rue des Martinets, Rue des Oyats, Rue des Vendangeurs, Rue du Grand Jonc, Rue du Héron Cendré, Rue du Pressoir,
  Rue du Romarin, Traverse des Sansouires
`,
  /,\s+/,
);

export const ENDURANCE: readonly string[] = ['Randonnée', 'Triathlon', 'Runing', 'Natation'];
export const OTHER_SPORTS: readonly string[] = list(
  'Escalade, Équitation, Voile, Tennis de table, Football, Rugby, Judo, Basketball, Boxe, Tennis, Badminton',
  /, /,
);

function list(text: string, separator = /\s+/): readonly string[] {
  return text.trim().split(separator);
}
