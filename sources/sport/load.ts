import type { Loader } from '../../runner/landing/types.ts';
import { employeeWorkbookLoader } from '../shared/employee-workbook.ts';

/** The sport that each employee declared to HR, if any: one row per employee, then hundreds of empty ones. */
const load: Loader = employeeWorkbookLoader({
  variable: 'SPORT_XLSX',
  headers: [
    { column: 'id_salarie', header: 'ID salarié' },
    { column: 'pratique_sport', header: "Pratique d'un sport" },
  ],
});

export default load;
