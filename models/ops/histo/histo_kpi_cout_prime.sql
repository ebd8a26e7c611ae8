-- grain: one row per run
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI
with

kpi as (

    select * from {{ ref('vue_kpi_cout_prime') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_started_at() }} as ts_snapshot,
        taux_prime,
        nb_salaries_eligibles_prime,
        cout_annuel_total_prime
    from kpi

)

select * from final
