-- grain: one row per age band
with

kpi as (

    select * from {{ ref('kpi_groupe') }}

),

final as (

    select
        {{ date_reference() }} as date_run_paris,
        groupe as tranche_age,
        nb_salaries,
        nb_salaries_eligibles_prime,
        cout_annuel_total_prime_variable,
        cout_annuel_total_prime_fixe,
        nb_salaries_eligibles_bien_etre,
        jours_bien_etre_attribues_total
    from kpi
    where
        scenario = {{ scenario_reference() }}
        and axe = 'age'

)

select * from final
