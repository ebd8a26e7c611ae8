-- grain: one row per variable cost in the history that Power BI is shown
-- none while what is published of today is not what they were judged beside, as after a run that failed between the two
{{
    config(
        materialized='view',
        transaction='histo',
        grants={select: ['sds_bi']},
        pre_hook=[
            cache_publiable(ref('histo_kpi_cout_prime'), 'cout_annuel_total_prime', 'scenario', scenario_reference()),
            cache_publiable(ref('histo_kpi_scenario'), 'cout_annuel_total_prime', 'scenario', 'scenario'),
            cache_publiable(ref('histo_kpi_age'), 'cout_annuel_total_prime_variable', 'age', 'tranche_age')
        ],
        post_hook=[
            montre_publiable(ref('histo_kpi_cout_prime'), 'cout_annuel_total_prime', 'scenario', scenario_reference()),
            montre_publiable(ref('histo_kpi_scenario'), 'cout_annuel_total_prime', 'scenario', 'scenario'),
            montre_publiable(ref('histo_kpi_age'), 'cout_annuel_total_prime_variable', 'age', 'tranche_age')
        ]
    )
}}
with

jugements as (

    select * from {{ ref('histo_jugement') }}

),

publies as (

    select {{ digest_couts() }} as digest_couts
    from {{ ref('cout_publiable') }}
    where est_publiable

),

final as (

    select
        id_histo_run,
        mesure,
        groupe
    from jugements
    where digest_couts = (select publies.digest_couts from publies)

)

select * from final
