-- grain: one row per scenario: what the scenarios cost, side by side
{{ config(transaction='couts') }}
with

primes as (

    select * from {{ ref('kpi_cout_prime') }}

),

primes_fixes as (

    select * from {{ ref('kpi_cout_prime_fixe') }}

),

incoherences as (

    select * from {{ ref('kpi_incoherences') }}

),

jours as (

    select * from {{ ref('kpi_jours_supplementaires') }}

),

final as (

    select
        primes.scenario,
        primes.taux_prime,
        primes_fixes.montant_prime,
        primes.nb_salaries_eligibles_prime,
        primes.cout_annuel_total_prime,
        primes_fixes.cout_annuel_total_prime as cout_annuel_total_prime_fixe,
        incoherences.nb_incoherences_detectees,
        jours.nb_salaries_eligibles_bien_etre,
        jours.nb_jours_supplementaires
    from primes
    inner join primes_fixes
        on primes.scenario = primes_fixes.scenario
    inner join incoherences
        on primes.scenario = incoherences.scenario
    inner join jours
        on primes.scenario = jours.scenario
    order by primes.scenario

)

select * from final
