-- grain: one row per (run, age band)
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI
with

kpi as (

    select * from {{ ref('vw_kpi_age') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_started_at() }} as ts_snapshot,
        date_run_paris,
        tranche_age,
        nb_salaries,
        nb_salaries_eligibles_prime,
        cout_annuel_total_prime_variable,
        cout_annuel_total_prime_fixe,
        nb_salaries_eligibles_bien_etre,
        jours_bien_etre_attribues_total
    from kpi

)

select * from final
