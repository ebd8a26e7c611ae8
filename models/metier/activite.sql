-- grain: one row per (employee, day): the activity kept for that day
with

declarations as (

    select * from {{ ref('declaration') }}

),

salaries as (

    select * from {{ ref('salarie') }}

),

exclusions as (

    select * from {{ ref('motif_exclusion') }}

),

retenues as (

    select
        declarations.cle_salarie || '_' || to_char(declarations.date_activite, 'YYYYMMDD') as cle_dedup_activite,
        declarations.cle_salarie,
        declarations.type_activite_normalise,
        declarations.categorie_activite_normalise,
        declarations.source as source_donnee,
        case
            when declarations.type_activite_normalise = {{ inconnu() }} then 'type_inconnu'
            when not salaries.actif then 'salarie_inactif'
        end as code_exclusion,
        declarations.duree_sec,
        declarations.distance_m,
        declarations.date_activite
    from declarations
    inner join salaries
        on declarations.cle_salarie = salaries.cle_salarie
    where declarations.est_retenue

),

final as (

    select
        retenues.cle_dedup_activite,
        retenues.cle_salarie,
        retenues.type_activite_normalise,
        retenues.categorie_activite_normalise,
        retenues.source_donnee,
        exclusions.libelle as motif_exclusion,
        retenues.duree_sec,
        retenues.distance_m,
        retenues.code_exclusion is not null as est_exclue_structurelle,
        retenues.date_activite,
        {{ a_midi('retenues.date_activite') }} as date_debut
    from retenues
    left join exclusions
        on retenues.code_exclusion = exclusions.code
    order by retenues.cle_salarie, retenues.date_activite

)

select * from final
