-- grain: one row per run
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI
with

kpi as (

    select * from {{ ref('vue_kpi_incoherences') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_started_at() }} as ts_snapshot,
        nb_incoherences_detectees
    from kpi

)

select * from final
