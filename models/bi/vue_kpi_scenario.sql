-- grain: one row per scenario
with

kpi as (

    select * from {{ ref('kpi_scenario') }}

),

final as (

    select
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
