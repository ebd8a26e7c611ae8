-- grain: one row per scenario: who gets the prime and what it costs in a year
{{ config(transaction='couts') }}
with

scenarios as (

    select * from {{ ref('param_scenario') }}

),

eligibles as (

    select * from {{ ref('elig_prime') }} where est_eligible_prime

),

remunerations as (

    select
        cle_salarie,
        salaire_brut
    from {{ ref('rh_salarie') }}

),

final as (

    select
        scenarios.scenario,
        scenarios.taux_prime,
        count(eligibles.cle_salarie) as nb_salaries_eligibles_prime,
        round(coalesce(sum(remunerations.salaire_brut), 0) * scenarios.taux_prime, 2) as cout_annuel_total_prime
    from scenarios
    left join eligibles
        on scenarios.scenario = eligibles.scenario
    left join remunerations
        on eligibles.cle_salarie = remunerations.cle_salarie
    group by scenarios.scenario, scenarios.taux_prime
    order by scenarios.scenario

)

select * from final
