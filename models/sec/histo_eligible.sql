-- grain: one row per (run, scenario, eligible person), the person under a name that stands nowhere else
-- after {{ ref('histo_kpi_scenario') }} and {{ ref('histo_kpi_age') }}, since its contract compares them: whatever changed, a run keeps all its KPI
-- as the history: all of a run's rows or none, never rebuilt, not written for a new day alone
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        group_key=['id_histo_run'],
        transaction='histo',
        full_refresh=false,
        ignore_changes=['date_reference']
    )
}}
with

eligibles as (

    select * from {{ ref('elig_prime') }} where est_eligible_prime

),

salaries as (

    select * from {{ ref('salarie') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        eligibles.scenario,
        {{ jeton_salarie('eligibles.cle_salarie') }} as jeton_salarie,
        salaries.tranche_age
    from eligibles
    inner join salaries
        on eligibles.cle_salarie = salaries.cle_salarie

)

select * from final
