-- grain: one row per (run, type of activity)
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI
{{ config(
    materialized='incremental',
    unique_key=['id_histo_run'],
    incremental_strategy='delete+insert',
    full_refresh=false,
    transaction='histo',
    ignore_changes=['date_reference']
) }}
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
