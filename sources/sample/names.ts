/** Common French names: any likeness to a person is chance. */
export const LAST_NAMES: readonly string[] = words(`
  Alary Arnal Astruc Aubert Barthez Bastide Baudry Bécamel Belmas Bérard Bonnafous Bousquet Boyer Cabanel Calvet
  Cambon Castan Caumes Cazals Chazal Coste Coulet Crespy Dalmas Daudé Delmas Delpech Durand Escande Estève Fabre
  Farges Faucher Ferrand Gaillard Galtier Garrigue Gineste Granier Guibal Jammes Jourdan Lacombe Lafont Lautier
  Lavergne Malafosse Martel Mazel Mercadier Michelon Mourgues Nègre Nougaret Olivier Pagès Palous Pélissier
  Peyre Pradal Puech Ramade Reynes Ricard Rouquette Roussel Sabatier Salles Savy Ségura Serres Sicard Soulier
  Tarrou Teissier Valat Vernhes Vidal Viguier Villaret
`);

export const FIRST_NAMES: readonly string[] = words(`
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

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
