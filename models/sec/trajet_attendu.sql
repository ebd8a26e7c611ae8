-- grain: one row per (scenario, active employee): the commute that the scenario judges
with

salaries as (

    select * from {{ ref('salarie') }}

),

identites as (

    select * from {{ ref('rh_salarie') }}

),

scenarios as (

    select * from {{ ref('param_scenario') }}

),

final as (

    select
        scenarios.scenario,
        salaries.cle_salarie,
        identites.adresse_domicile as adresse,
        scenarios.adresse_entreprise as destination,
        salaries.mode_google as mode
    from salaries
    inner join identites
        on salaries.cle_salarie = identites.cle_salarie
    cross join scenarios
    where salaries.actif

)

select * from final
