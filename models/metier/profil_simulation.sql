-- grain: one row per active employee: from what the simulated declarations are drawn
with

salaries as (

    select * from {{ ref('salarie') }}

),

types as (

    select * from {{ ref('type_activite') }}

),

volumes as (

    select *
    from {{ ref('simulation_volume') }}
    where scenario = '{{ var('simulation').scenario }}'

),

profils as (

    select
        cle_salarie,
        mode_google,
        nullif(sport_declare_normalise, {{ inconnu() }}) as sport_connu,
        case
            when sport_declare_normalise is not null and mod_depl_decl_actif then 'eleve'
            when sport_declare_normalise is null and not mod_depl_decl_actif then 'faible'
            else 'moyen'
        end as profil
    from salaries
    where actif

),

-- the declared sport alone, every sport when none is known
sports as (

    select
        profils.cle_salarie,
        string_agg(types.libelle, '|' order by types.libelle collate "C")
            filter (where types.categorie = 'ENDURANCE') as sports_endurance,
        string_agg(types.libelle, '|' order by types.libelle collate "C")
            filter (where types.categorie <> 'ENDURANCE') as sports_autres
    from profils
    inner join types
        on types.libelle = coalesce(profils.sport_connu, types.libelle)
    group by profils.cle_salarie

),

final as (

    select
        profils.cle_salarie,
        profils.profil,
        profils.mode_google,
        sports.sports_endurance,
        sports.sports_autres,
        volumes.min_mois,
        volumes.max_mois,
        {{ periode_debut() }} as debut,
        {{ date_reference() }} as fin
    from profils
    inner join sports
        on profils.cle_salarie = sports.cle_salarie
    inner join volumes
        on profils.profil = volumes.profil
    order by profils.cle_salarie

)

select * from final
