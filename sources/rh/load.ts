import type { Loader } from '../../runner/landing/types.ts';
import { employeeWorkbookLoader } from '../shared/employee-workbook.ts';

/** The employees, as HR exports them: one row each. */
const load: Loader = employeeWorkbookLoader({
  variable: 'RH_XLSX',
  headers: [
    { column: 'id_salarie', header: 'ID salarié' },
    { column: 'nom', header: 'Nom' },
    { column: 'prenom', header: 'Prénom' },
    { column: 'date_naissance', header: 'Date de naissance' },
    { column: 'bu', header: 'BU' },
    { column: 'date_embauche', header: "Date d'embauche" },
    { column: 'salaire_brut', header: 'Salaire brut' },
    { column: 'type_contrat', header: 'Type de contrat' },
    { column: 'nb_jours_cp', header: 'Nombre de jours de CP' },
    { column: 'adresse_domicile', header: 'Adresse du domicile' },
    { column: 'moyen_deplacement', header: 'Moyen de déplacement' },
  ],
});

export default load;
