-- grain: one row per run that changed something
-- after all that such a run may change: the KPI, {{ ref('vue_kpi_cout_prime') }}, {{ ref('vue_kpi_cout_prime_fixe') }}, {{ ref('vue_kpi_jours_supplementaires') }},
-- {{ ref('vue_kpi_pratique_sportive') }}, {{ ref('vue_kpi_incoherences') }}, {{ ref('vw_kpi_age') }}, {{ ref('vue_kpi_bu') }}, {{ ref('vue_kpi_scenario') }};
-- the details beside them, {{ ref('vw_bi_salarie') }}, {{ ref('vw_bi_activite') }}, {{ ref('vw_bi_ctrl_trajet') }}, {{ ref('vw_bi_param_effectif') }},
-- {{ ref('vue_elig_prime') }}, {{ ref('vue_elig_bien_etre') }}, {{ ref('vue_avantages_salarie') }}, {{ ref('profil_simulation') }};
-- {{ ref('bilan_declaration') }}: a run that lost a row is no history;
-- and whatever raises a flag, also where all figures come out the same: the batches, {{ ref('stg_rh__salarie') }}, {{ ref('stg_sport__pratique') }},
-- {{ ref('stg_gsheet__declaration') }}, {{ ref('stg_simulation__declaration') }}; the base, {{ ref('rh_salarie') }}; and the seeds, {{ ref('param_avantage') }},
-- {{ ref('code_param') }}, {{ ref('mode_deplacement') }}, {{ ref('type_activite') }}, {{ ref('type_activite_alias') }}, {{ ref('tranche_age') }},
-- {{ ref('simulation_volume') }}, {{ ref('motif_rejet') }}, {{ ref('motif_anomalie') }}, {{ ref('motif_exclusion') }}, {{ ref('message_sport') }}
with

parametres as (

    select
        scenario,
        jsonb_object_agg(code_param, valeur_param) as valeurs
    from {{ ref('param_effectif') }}
    group by scenario

),

effectifs as (

    select jsonb_object_agg(scenario, valeurs) as param_effectif
    from parametres

),

fictives as (

    select exists (select 1 from {{ ref('activite') }} where source_donnee = 'csv_simule') as simulation

),

erreurs as (

    select
        count(*) as nb_erreurs,
        string_agg(name || ': ' || coalesce(message, status), E'\n' order by name) as error_message
    from {{ source('runner', 'node_result') }}
    where
        run_id = {{ run_id() }}
        and status in ('error', 'failed')

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_label() }} as run_label,
        {{ run_started_at() }} as ts_histo,
        {{ jour_paris(run_started_at()) }} as date_histo_paris,
        case when erreurs.nb_erreurs = 0 then 'succes' else 'erreur' end as status,
        erreurs.error_message,
        effectifs.param_effectif,
        fictives.simulation,
        {{ date_reference() }} as date_reference
    from effectifs
    cross join fictives
    cross join erreurs

)

select * from final
