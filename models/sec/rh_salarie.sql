-- grain: one row per employee ever seen in the RH workbook; who left it keeps the last known values with actif = false
{{ config(materialized='incremental', unique_key=['cle_salarie'], incremental_strategy='merge', full_refresh=false) }}
with

salaries as (

    select * from {{ ref('stg_rh__salarie') }}

),

pratiques as (

    select * from {{ ref('stg_sport__pratique') }}

),

presents as (

    select
        salaries.cle_salarie,
        salaries.id_salarie,
        salaries.nom,
        salaries.prenom,
        salaries.bu,
        salaries.type_contrat,
        salaries.adresse_domicile,
        salaries.moyen_deplacement,
        pratiques.pratique_sport as sport_declare,
        salaries.salaire_brut,
        salaries.nb_jours_cp,
        true as actif,
        salaries.date_naissance,
        salaries.date_embauche
    from salaries
    left join pratiques
        on salaries.cle_salarie = pratiques.cle_salarie

),
{% if is_incremental() %}
-- an empty workbook deactivates nobody
partis as (

    select
        connus.cle_salarie,
        connus.id_salarie,
        connus.nom,
        connus.prenom,
        connus.bu,
        connus.type_contrat,
        connus.adresse_domicile,
        connus.moyen_deplacement,
        connus.sport_declare,
        connus.salaire_brut,
        connus.nb_jours_cp,
        false as actif,
        connus.date_naissance,
        connus.date_embauche
    from {{ this }} as connus
    where
        not exists (select 1 from presents where presents.cle_salarie = connus.cle_salarie)
        and exists (select 1 from presents)

),

final as (

    select * from presents
    union all
    select * from partis

)
{% else %}
final as (

    select * from presents

)
{% endif %}
select * from final
