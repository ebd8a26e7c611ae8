-- grain: one row per (scenario, employee), active or not: eligible to the prime, or the first motive that excludes
with

salaries as (

    select * from {{ ref('salarie') }}

),

remunerations as (

    select
        cle_salarie,
        coalesce(salaire_brut, 0) > 0 as est_remunere
    from {{ ref('rh_salarie') }}

),

scenarios as (

    select * from {{ ref('param_scenario') }}

),

controles as (

    select * from {{ ref('ctrl_trajet') }}

),

motives as (

    select
        scenarios.scenario,
        salaries.cle_salarie,
        case
            when not salaries.actif then 'salarie_inactif'
            when not remunerations.est_remunere then 'salaire_manquant'
            when controles.cle_salarie is null then 'ctrl_trajet_manquant'
            when controles.est_exclue_structurelle then 'ctrl_trajet_exclu'
            when controles.est_incoherent then 'ctrl_trajet_incoherent'
            when salaries.mod_depl_decl_inconnu then 'mode_inconnu'
            when not salaries.mod_depl_decl_actif then 'mode_non_sportif'
        end as motif_ineligibilite
    from salaries
    cross join scenarios
    inner join remunerations
        on salaries.cle_salarie = remunerations.cle_salarie
    left join controles
        on scenarios.scenario = controles.scenario
        and salaries.cle_salarie = controles.cle_salarie

),

final as (

    select
        scenario,
        cle_salarie,
        motif_ineligibilite,
        motif_ineligibilite is null as est_eligible_prime
    from motives
    order by scenario, cle_salarie

)

select * from final
