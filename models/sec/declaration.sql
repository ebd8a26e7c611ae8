-- grain: one row per declaration received (source, row), real or simulated: kept, set aside or rejected
-- its motives are those of {{ ref('motif_rejet') }} and {{ ref('motif_anomalie') }}: its contract reads them
with

gsheet as (

    select * from {{ ref('stg_gsheet__declaration') }}

),

simulation as (

    select * from {{ ref('stg_simulation__declaration') }}

),

-- as a copy, it would keep the rows that are joined with it to one process
liens as not materialized (

    select * from {{ ref('lien_salarie') }}

),

appellations as (

    select * from {{ ref('appellation_activite') }}

),

noms as (

    select
        nom_prenom_normalise,
        min(cle_salarie) as cle_salarie,
        count(*) as nb_salaries
    from liens
    group by nom_prenom_normalise

),

recues as (

    select
        'csv_gsheet' as source,
        gsheet.id_lot,
        gsheet.num_ligne,
        noms.cle_salarie,
        gsheet.sport_type,
        gsheet.commentaire,
        gsheet.contenu,
        coalesce(noms.nb_salaries, 0) as nb_salaries,
        gsheet.duree_sec,
        gsheet.distance_m,
        gsheet.est_distance_renseignee,
        true as est_reelle,
        gsheet.horodateur,
        gsheet.date_activite
    from gsheet
    left join noms
        on gsheet.nom_prenom_normalise = noms.nom_prenom_normalise

    union all

    select
        'csv_simule' as source,
        simulation.id_lot,
        simulation.num_ligne,
        liens.cle_salarie,
        simulation.sport_type,
        null as commentaire,
        simulation.contenu,
        case when liens.cle_salarie is null then 0 else 1 end as nb_salaries,
        simulation.duree_sec,
        simulation.distance_m,
        simulation.est_distance_renseignee,
        false as est_reelle,
        null as horodateur,
        simulation.date_activite
    from simulation
    left join liens
        on simulation.cle_salarie = liens.cle_salarie

),

-- the first motive that holds
jugees as (

    select
        *,
        case
            when nb_salaries = 0 then 'nom_prenom_inconnu'
            when nb_salaries > 1 then 'nom_prenom_ambigu'
            when sport_type is null then 'sport_manquant'
            when date_activite is null then 'date_invalide'
            when date_activite > {{ date_reference() }} then 'date_future'
            when duree_sec is null or duree_sec not between 1 and {{ var('duree_max_sec') }} then 'duree_invalide'
            when est_distance_renseignee and distance_m is null then 'distance_invalide'
        end as motif_rejet
    from recues

),

qualifiees as (

    select
        jugees.source,
        jugees.id_lot,
        jugees.num_ligne,
        case when jugees.nb_salaries = 1 then jugees.cle_salarie end as cle_salarie,
        coalesce(appellations.libelle, {{ inconnu() }}) as type_activite_normalise,
        coalesce(appellations.categorie, {{ inconnu() }}) as categorie_activite_normalise,
        jugees.motif_rejet,
        jugees.commentaire,
        jugees.contenu,
        jugees.duree_sec,
        case when appellations.categorie = 'ENDURANCE' then jugees.distance_m end as distance_m,
        jugees.est_reelle,
        jugees.horodateur,
        jugees.date_activite
    from jugees
    left join appellations
        on {{ normalise('jugees.sport_type') }} = appellations.nom_normalise

),

-- one activity per employee and day: a real one before a simulated one, the latest answer, the longest, the last row
classees as (

    select
        *,
        row_number() over choix as rang_jour,
        first_value(type_activite_normalise) over choix as type_retenu,
        first_value(duree_sec) over choix as duree_retenue,
        first_value(distance_m) over choix as distance_retenue
    from qualifiees
    window choix as (
        partition by motif_rejet is null, cle_salarie, date_activite
        order by est_reelle desc, horodateur desc nulls last, duree_sec desc, num_ligne desc
    )

),

final as (

    select
        source,
        id_lot,
        num_ligne,
        cle_salarie,
        type_activite_normalise,
        categorie_activite_normalise,
        motif_rejet,
        case
            when motif_rejet is not null or rang_jour = 1 then null
            when (type_activite_normalise, duree_sec) = (type_retenu, duree_retenue)
                and distance_m is not distinct from distance_retenue then 'doublon_quasi_identique_ecarte'
            else 'plusieurs_activites_jour'
        end as motif_ecart,
        commentaire,
        contenu,
        duree_sec,
        distance_m,
        motif_rejet is null and rang_jour = 1 as est_retenue,
        horodateur,
        date_activite
    from classees

)

select * from final
