import type { Inputs, Salarie } from './types.ts';

/** The cells of a declaration; the date is also the day that the form was sent, at 20:00:00 unless told. */
type Cells = readonly [date: string, sport: string, distance: string, duree: string, horodateur?: string];

const REFUSED: readonly Cells[] = [
  ['10/05/2026', ' \u00a0 ', 'NaN', '0:00:00'],
  ['31/04/2026', 'Judo', '-3', '0:00:00'],
  ['29/02/2026', 'Judo', '', '00:30:00'],
  ['2026-05-10', 'Judo', '', '00:30:00'],
  ['10/05/26', 'Judo', '', '00:30:00'],
  ['00/05/2026', 'Judo', '', '00:30:00'],
  ['25/11/2026', 'Judo', '1e3', '0:00:00'],
  ['10/05/2026', 'Judo', 'x', '24:00:01'],
  ['10/05/2026', 'Judo', '', '100:00:00'],
  ['10/05/2026', 'Judo', '', '00:60:00'],
  ['10/05/2026', 'Judo', '', '00:30:60'],
  ['10/05/2026', 'Judo', '', '00:30'],
  ['10/05/2026', 'Judo', '', '0:0:30'],
  ['10/05/2026', 'Judo', '', '-1:00:00'],
  ['10/05/2026', 'Judo', '1e3', '00:30:00'],
  ['10/05/2026', 'Runing', 'NaN', '00:30:00'],
  ['10/05/2026', 'Runing', '-3', '00:30:00'],
  ['10/05/2026', 'Runing', '+3', '00:30:00'],
  ['10/05/2026', 'Runing', '3 km', '00:30:00'],
  ['10/05/2026', 'Runing', '1,000.5', '00:30:00'],
  ['10/05/2026', 'Runing', '0x10', '00:30:00'],
  ['10/05/2026', 'Runing', 'Infinity', '00:30:00'],
];

const ACCEPTED: readonly Cells[] = [
  // Limits of what is right.
  ['24/11/2026', 'Judo', '', '24:00:00'],
  ['1/3/2026', ' EQUITATION ', '12', '0:00:01'],
  ['29/02/2024', 'course  à\u00a0pied', '0,0005', '1:05:00'],
  ['02/03/2026', 'RANDO', ' 12.3454999 ', '01:00:00'],
  ['03/03/2026', 'Natation', '0', '9:59:59'],
  ['04/03/2026', 'Triathlon', '', '02:00:00'],
  ['31/10/2025', 'Boxe', '', '01:00:00'],
  ['01/11/2025', 'Boxe', '', '01:00:00'],
  ['31/10/2026', 'Boxe', '', '01:00:00'],
  ['01/11/2026', 'Boxe', '', '01:00:00'],
  // The same moment: the longest; then the last of these.
  ['10/03/2026', 'Runing', '5', '00:30:00'],
  ['10/03/2026', 'Runing', '6', '00:40:00'],
  ['10/03/2026', 'Natation', '1', '00:40:00'],
  ['10/03/2026', 'Natation', '2', '00:35:00'],
  ['10/03/2026', 'Runing', '15', '02:00:00', '10/03/2026 19:59:59'],
  // Later by the clock, not by the text.
  ['11/03/2026', 'Judo', '', '00:30:00', '11/03/2026 10:00:00'],
  ['11/03/2026', 'Boxe', '', '02:00:00', '11/03/2026 9:05:03'],
  ['12/03/2026', 'Judo', '', '00:30:00', '1/4/2026 08:00:00'],
  ['12/03/2026', 'Boxe', '', '02:00:00', '31/03/2026 08:00:00'],
  // A moment that can't be read is the earliest.
  ['13/03/2026', 'Judo', '', '02:00:00', 'hier soir'],
  ['13/03/2026', 'Voile', '', '02:30:00', '31/02/2026 23:00:00'],
  ['13/03/2026', 'Boxe', '', '00:10:00', '13/03/2026 08:00:00'],
  // Twins of the winner, and what only looks like one.
  ['14/03/2026', 'course à pied', '5,0', '00:30:00'],
  ['14/03/2026', 'RUNNING', '5', '00:30:00', '14/03/2026 20:01:00'],
  ['14/03/2026', 'Runing', '5.0004', '0:30:00', '14/03/2026 20:02:00'],
  ['14/03/2026', 'Runing', '5.001', '00:30:00', '14/03/2026 18:00:00'],
  ['14/03/2026', 'Runing', '', '00:30:00', '14/03/2026 18:00:00'],
  ['15/03/2026', 'Tennis', '3', '00:30:00'],
  ['15/03/2026', 'tennis', '', '00:30:00', '15/03/2026 20:01:00'],
  ['16/03/2026', 'Parkour', '', '00:30:00'],
  ['16/03/2026', 'Tennis', '', '00:30:00', '16/03/2026 19:00:00'],
];

/** Declarations of one employee, as rows of the sheet: all that can be wrong in one, and all that only looks wrong. */
export function oddDeclarations({ nom, prenom }: Salarie): readonly (readonly string[])[] {
  return [...REFUSED, ...ACCEPTED].map(([date, sport, distance, duree, horodateur]) => [
    horodateur ?? `${date} 20:00:00`,
    nom,
    prenom,
    date,
    sport,
    distance,
    duree,
    '',
  ]);
}

/** One valid declaration under each of the names, on a day of its own. */
export function declarationsAs(
  names: readonly (readonly [nom: string, prenom: string])[],
): readonly (readonly string[])[] {
  return names.map(([nom, prenom], index) => {
    const date = `${index + 1}/07/2026`;
    return [`${date} 21:00:00`, nom, prenom, date, 'Boxe', '', '00:45:00', ''];
  });
}

/** Employees who come by bicycle from near enough: eligible, all else being right. */
export function cyclists({ salaries, trajets }: Inputs): readonly Salarie[] {
  return salaries.filter(
    ({ mode, adresse }) =>
      mode === 'Vélo/Trottinette/Autres' && (trajets.get(`${adresse}|bicycling`) ?? 99_999) < 25_000,
  );
}
