-- grain: one row per run
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI
with

kpi as (

    select * from {{ ref('vue_kpi_jours_supplementaires') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_started_at() }} as ts_snapshot,
        min_activites_bien_etre,
        jours_bien_etre,
        nb_salaries_eligibles_bien_etre,
        nb_jours_supplementaires,
        periode_debut,
        periode_fin
    from kpi

)

select * from final
