-- grain: one row per business unit with an active employee
with

kpi as (

    select * from {{ ref('kpi_groupe') }}

),

final as (

    select
        groupe as bu,
        nb_salaries,
        nb_salaries_eligibles_prime,
        cout_annuel_total_prime_variable,
        cout_annuel_total_prime_fixe,
        nb_salaries_eligibles_bien_etre,
        jours_bien_etre_attribues_total
    from kpi
    where
        scenario = {{ scenario_reference() }}
        and axe = 'bu'

)

select * from final
