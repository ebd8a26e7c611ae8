-- grain: one row per scenario
with

kpi as (

    select * from {{ ref('kpi_scenario') }}

),

publiables as (

    select groupe
    from {{ ref('cout_publiable') }}
    where
        mesure = 'scenario'
        and est_publiable

),

final as (

    select
        kpi.scenario,
        kpi.taux_prime,
        kpi.montant_prime,
        kpi.nb_salaries_eligibles_prime,
        case when publiables.groupe is not null then kpi.cout_annuel_total_prime end as cout_annuel_total_prime,
        kpi.cout_annuel_total_prime_fixe,
        kpi.nb_incoherences_detectees,
        kpi.nb_salaries_eligibles_bien_etre,
        kpi.nb_jours_supplementaires
    from kpi
    left join publiables
        on kpi.scenario = publiables.groupe

)

select * from final
