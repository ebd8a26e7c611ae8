// Raw batches of a company of any size, as landing leaves them, made on the server from a seed: a row is a function of its
// number. A hundred declarations an employee, of a thousand days: 10 million are those of 100,000 people, 10,000 a day.
import { ensureRawTable } from '../../dist/runner/landing/land.js';
import { ENDURANCE, FIRST_NAMES, LAST_NAMES, OTHER_SPORTS, STREETS, TOWNS } from '../../dist/sources/sample/names.js';

/** The day that the first build stands for; the last declarations are of the day before. */
export const DAY = '2026-11-24';
export const NEXT_DAY = '2026-11-25';
const DAYS = 1000;
const MODES = ['véhicule thermique/électrique', 'Vélo/Trottinette/Autres', 'Transports en commun', 'Marche/running'];
const GOOGLE = ['driving', 'bicycling', 'transit', 'walking'];
const COMPANY = '1362 Av. des Platanes, 34970 Lattes';
const COLUMNS = {
  'rh.salarie':
    'cle_salarie id_salarie nom prenom date_naissance bu date_embauche salaire_brut type_contrat nb_jours_cp adresse_domicile moyen_deplacement',
  'sport.pratique': 'cle_salarie id_salarie pratique_sport',
  'gsheet.declaration': 'horodateur nom prenom date_activite sport_type distance_km duree commentaire',
  'gmaps.trajet': 'adresse destination mode statut distance_m duree_sec date_ctrl',
};

/** Employees, their sports and commutes, and the first `activities` declarations. */
export async function landCompany(db, activities) {
  const employees = activities / 100;
  await db.query(HELPERS);
  await db.query(`create table bench.person as ${people(employees)}; analyze bench.person`);
  await landBatch(
    db,
    'rh.salarie',
    `select n + 1, cle, (10000 + n)::text, nom, prenom, (date '1963-01-01' + bench.pick(n, 1, 14600))::text,
       (array['Finance', 'Marketing', 'R&D', 'Support', 'Ventes'])[1 + bench.pick(n, 2, 5)], (date '2008-01-01' + bench.pick(n, 3, 6000))::text,
       (24000 + 10 * bench.pick(n, 4, 5200))::text, case when bench.pick(n, 5, 20) < 17 then 'CDI' else 'CDD' end, (25 + bench.pick(n, 6, 5))::text,
       adresse, (${texts(MODES)})[1 + mode] from bench.person order by n`,
  );
  await landBatch(
    db,
    'sport.pratique',
    'select n + 1, cle, (10000 + n)::text, case when n % 5 < 4 then sport end from bench.person order by n',
  );
  await landBatch(
    db,
    'gmaps.trajet',
    `select row_number() over (order by adresse, mode), adresse, ${text(COMPANY)}, (${texts(GOOGLE)})[1 + mode],
       case when bench.pick(hashtext(adresse), 1, 200) = 0 then 'NOT_FOUND' else 'OK' end,
       case when bench.pick(hashtext(adresse), 1, 200) > 0 then (400 + bench.pick(hashtext(adresse), 2, 28000))::text end,
       case when bench.pick(hashtext(adresse), 1, 200) > 0 then (300 + bench.pick(hashtext(adresse), 3, 4000))::text end, '${DAY}'
     from (select distinct adresse, mode from bench.person) as asked`,
  );
  await landDeclarations(db, activities, activities);
}

/** The sheet as a whole, with its first `rows` answers: the batch in force becomes this one. @param activities of the first state */
export async function landDeclarations(db, rows, activities) {
  await landBatch(db, 'gsheet.declaration', declarations(activities / DAYS, activities / 100, rows));
}

/** @param sql row_number, then the source's columns */
async function landBatch(db, source, sql) {
  const columns = COLUMNS[source].split(' ');
  const raw = { schema: 'raw', name: source.replace('.', '_') };
  await ensureRawTable(db, raw, columns);
  const [[id]] = (await db.query("select nextval(pg_get_serial_sequence('ops.batch', 'batch_id'))")).rows;
  const table = `raw.${raw.name}`;
  const list = ['row_number', ...columns].join(', ');
  await db.transaction(async (tx) => {
    await tx.query(
      `create table ${table}_${id} (like ${table}, check (batch_id = ${id}));
       alter table ${table}_${id} alter batch_id set default ${id}, alter loaded_at set default now();
       insert into ${table}_${id} (${list}) ${sql};
       alter table ${table} attach partition ${table}_${id} for values in (${id});
       insert into ops.batch (batch_id, source, origin, content_hash, version, row_count, as_of, run_id, loaded_at)
       select ${id}, '${source}', 'bench', md5('${source} ${id}'), md5('${source} ${id}'), (select count(*) from ${table}_${id}), '${DAY}', 'bench', now();
       insert into ops.run_batch (run_id, source, batch_id) values ('bench', '${source}', ${id})`,
    );
  });
}

const text = (value) => `'${value.replaceAll("'", "''")}'`;
const texts = (values) => `array[${values.map(text).join(', ')}]`;

/** `bench.pick(n, what, below)`: a whole number from 0 on that looks drawn. */
const HELPERS = `create schema bench;
create function bench.pick(n bigint, what bigint, below integer) returns integer language sql immutable parallel safe
return ((hashint8extended(n, what) & 9223372036854775807) % below)::integer`;

/** One in a hundred has the name of the one before: nobody can tell whose their answers are. */
function people(employees) {
  const first = FIRST_NAMES.length;
  const last = LAST_NAMES.length;
  return `select n, 'sal_' || left(md5('bench ' || n), 16) as cle,
  (${texts(LAST_NAMES)})[1 + who / ${first} % ${last}] || case when who < ${first * last} then '' else '-' || (${texts(LAST_NAMES)})[1 + who / ${first * last} % ${last}] end as nom,
  (${texts(FIRST_NAMES)})[1 + who % ${first}] as prenom,
  (1 + bench.pick(n, 11, 180)) || ' ' || (${texts(STREETS)})[1 + bench.pick(n, 12, ${STREETS.length})] || ', ' || (${texts(TOWNS.map(({ name }) => name))})[1 + bench.pick(n, 13, ${TOWNS.length})] as adresse,
  case when n % 100 < 45 then 0 when n % 100 < 78 then 1 when n % 100 < 90 then 2 else 3 end as mode,
  (${texts([...ENDURANCE, ...OTHER_SPORTS])})[1 + bench.pick(n, 14, 15)] as sport
from (select n, n - (n % 200 = 1)::integer as who from generate_series(0, ${employees - 1}) as n) as numbers`;
}

/**
 * Seven in ten are of the fifth of the employees who do sport all the time, the others of who does it once in three weeks.
 * Of a hundred answers two are the second of a day, five of a day before, three not acceptable; a third has a comment.
 */
function declarations(perDay, employees, rows) {
  const often = employees / 5;
  const seldom = (employees * 7) / 10;
  return `select i + 2,
  to_char(sent_on + time '18:00' + make_interval(secs => slot * 18000 / ${perDay}), 'DD/MM/YYYY HH24:MI:SS'),
  p.nom, case when fault < 4 then p.prenom || 'x' else p.prenom end,
  case when fault between 4 and 6 then '31/02/2026' when fault between 7 and 9 then '12/05/2062'
    else to_char(sent_on - case when luck % 20 = 0 then 1 + luck % 3 else 0 end, 'DD/MM/YYYY') end,
  case when fault between 10 and 12 then '' else d.sport end,
  case when fault between 13 and 15 then '10 km' when d.sport in (${ENDURANCE.map(text).join(', ')}) then round(2 + luck % 160 / 10.0, 1)::text else '' end,
  case when fault between 16 and 19 then '45 min' else to_char(make_interval(secs => 1500 + luck % 6000), 'HH24:MI:SS') end,
  case when luck % 10 < 3 then (array['Superbe météo aujourd’hui', 'Reprise en douceur', 'Avec les collègues !', 'Tour du lac & pique-nique <3'])[1 + luck % 4] else '' end
from (
  select *, case when luck % 8 = 0 then (${texts([...ENDURANCE, ...OTHER_SPORTS, 'Pétanque', 'rando', 'Course à pied'])})[1 + luck / 8 % 18] else usual end as sport
  from (
    select i, day, slot, p.sport as usual, p.nom, p.prenom, date '${DAY}' - ${DAYS} + day::integer as sent_on,
      bench.pick(i, 22, 1000) as fault, bench.pick(i, 23, 1000000) as luck
    from (
      select i, i / ${perDay} as day, i % ${perDay} as slot, i % ${perDay} - (i % 50 = 49)::integer as person_slot
      from generate_series(0::bigint, ${rows - 1}) as i
    ) as numbers
    inner join bench.person as p
      on p.n = case when person_slot % 10 < 7 then (person_slot * 7919 + day * 6151) % ${often} else ${often} + (person_slot * 7919 + day * 6151) % ${seldom} end
  ) as drawn
) as d
cross join lateral (select d.nom, d.prenom) as p
order by i`;
}
