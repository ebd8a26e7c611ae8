-- grain: one row per (run, scenario)
-- after {{ ref('histo_run') }}: whatever changed, a run keeps all its KPI; and the last of them, since its contract compares them:
-- {{ ref('histo_kpi_cout_prime') }}, {{ ref('histo_kpi_cout_prime_fixe') }}, {{ ref('histo_kpi_incoherences') }}, {{ ref('histo_kpi_jours_sup') }}, {{ ref('histo_kpi_age') }}
with

kpi as (

    select * from {{ ref('vue_kpi_scenario') }}

),

final as (

    select
        {{ run_id() }} as id_histo_run,
        {{ run_started_at() }} as ts_snapshot,
        scenario,
        taux_prime,
        montant_prime,
        nb_salaries_eligibles_prime,
        cout_annuel_total_prime,
        cout_annuel_total_prime_fixe,
        nb_incoherences_detectees,
        nb_salaries_eligibles_bien_etre,
        nb_jours_supplementaires
    from kpi

)

select * from final
