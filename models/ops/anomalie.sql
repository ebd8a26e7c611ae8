-- grain: one row per (source, row, employee, motive): what was accepted, or answered, and should be looked at
{{ config(grants={select: 'sds_bi'}) }}
with

-- named twice, and read twice: a copy on disk of all that was declared would take longer
declarations as not materialized (

    select * from {{ ref('declaration') }} where motif_rejet is null

),

salaries as (

    select * from {{ ref('salarie') }}

),

attendus as (

    select distinct
        cle_salarie,
        adresse,
        destination,
        mode
    from {{ ref('trajet_attendu') }}

),

reponses as (

    select * from {{ ref('stg_gmaps__trajet') }}

),

motifs as (

    select * from {{ ref('motif_anomalie') }}

),

-- what HR know is compared with what people declare, not with what was simulated from it
sports as (

    select
        declarations.source,
        declarations.id_lot,
        declarations.num_ligne,
        declarations.cle_salarie,
        case when salaries.sport_declare_normalise is null then 'sport_non_declare' else 'sport_different' end as motif,
        concat_ws(' / ', declarations.type_activite_normalise, salaries.sport_declare_normalise) as precisions
    from declarations
    inner join salaries
        on declarations.cle_salarie = salaries.cle_salarie
    where
        declarations.source = 'csv_gsheet'
        and declarations.type_activite_normalise is distinct from salaries.sport_declare_normalise

),

ecarts as (

    select
        source,
        id_lot,
        num_ligne,
        cle_salarie,
        motif_ecart as motif,
        type_activite_normalise || ', ' || to_char(date_activite, 'YYYY-MM-DD') as precisions
    from declarations
    where motif_ecart is not null

),

trajets as (

    select
        'gmaps' as source,
        reponses.id_lot,
        reponses.num_ligne,
        attendus.cle_salarie,
        'trajet_introuvable' as motif,
        attendus.mode || ', ' || coalesce(reponses.statut, '') as precisions
    from attendus
    inner join reponses
        on attendus.adresse = reponses.adresse
        and attendus.destination = reponses.destination
        and attendus.mode = reponses.mode
    where
        reponses.statut is distinct from 'OK'
        or reponses.distance_m is null

),

anomalies as (

    select * from sports
    union all
    select * from ecarts
    union all
    select * from trajets

),

final as (

    select
        anomalies.source,
        anomalies.id_lot,
        anomalies.num_ligne,
        anomalies.cle_salarie,
        anomalies.motif,
        concat_ws(' : ', motifs.libelle, anomalies.precisions) as detail
    from anomalies
    left join motifs
        on anomalies.motif = motifs.motif

)

select * from final
