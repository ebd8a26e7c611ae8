-- grain: one row per run of the runner
{{ config(materialized='view', grants={select: 'sds_bi'}) }}
with

runs as (

    select * from {{ source('runner', 'run') }}

),

noeuds as (

    select
        run_id,
        sum(rows_affected) as nb_lignes_ecrites,
        sum(row_count) filter (where name = 'anomalie') as nb_anomalies
    from {{ source('runner', 'node_result') }}
    group by run_id

),

lots as (

    select
        run_id,
        sum(row_count) as nb_lignes_lues
    from {{ source('runner', 'batch') }}
    group by run_id

),

final as (

    select
        runs.run_id as id_run,
        runs.project as nom_pipeline,
        runs.started_at as date_debut_exe,
        runs.finished_at as date_fin_exe,
        runs.status as statut,
        coalesce(lots.nb_lignes_lues, 0)::bigint as nb_lignes_lues,
        coalesce(noeuds.nb_lignes_ecrites, 0)::bigint as nb_lignes_ecrites,
        coalesce(noeuds.nb_anomalies, 0)::bigint as nb_anomalies,
        runs.orchestrator as "Origine"
    from runs
    left join noeuds
        on runs.run_id = noeuds.run_id
    left join lots
        on runs.run_id = lots.run_id

)

select * from final
