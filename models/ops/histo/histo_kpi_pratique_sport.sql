-- grain: one row per (run, type of activity)
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI
with

kpi as (

    select * from {{ ref('vue_kpi_pratique_sportive') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_started_at() }} as ts_snapshot,
        type_activite_normalise,
        nb_activites,
        periode_debut,
        periode_fin
    from kpi

)

select * from final
