-- grain: one row per (cost, eligible person): whose salaries the total of a scenario, a business unit's or an age band's in reference adds up
{{ config(materialized='ephemeral') }}
with

salaries as (

    select * from {{ ref('salarie') }}

),

eligibles as (

    select
        elig_prime.scenario,
        elig_prime.cle_salarie,
        salaries.bu,
        salaries.tranche_age
    from {{ ref('elig_prime') }} as elig_prime
    inner join salaries
        on elig_prime.cle_salarie = salaries.cle_salarie
    where elig_prime.est_eligible_prime

),

final as (

    select
        'scenario' as mesure,
        scenario as groupe,
        cle_salarie
    from eligibles

    union all

    select
        axes.mesure,
        axes.groupe,
        eligibles.cle_salarie
    from eligibles
    cross join lateral (values ('bu', eligibles.bu), ('age', eligibles.tranche_age)) as axes (mesure, groupe)
    where eligibles.scenario = {{ scenario_reference() }}

)

select * from final
