-- grain: one row per scenario: the cost of the prime in its fixed variant
with

scenarios as (

    select * from {{ ref('param_scenario') }}

),

eligibles as (

    select * from {{ ref('elig_prime') }} where est_eligible_prime

),

final as (

    select
        scenarios.scenario,
        scenarios.montant_prime_fixe as montant_prime,
        count(eligibles.cle_salarie) as nb_salaries_eligibles_prime,
        round(count(eligibles.cle_salarie) * scenarios.montant_prime_fixe, 2) as cout_annuel_total_prime
    from scenarios
    left join eligibles
        on scenarios.scenario = eligibles.scenario
    group by scenarios.scenario, scenarios.montant_prime_fixe
    order by scenarios.scenario

)

select * from final
