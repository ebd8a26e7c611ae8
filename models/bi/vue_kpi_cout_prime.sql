-- grain: one row
with

kpi as (

    select * from {{ ref('kpi_cout_prime') }}

),

final as (

    select
        taux_prime,
        nb_salaries_eligibles_prime,
        cout_annuel_total_prime
    from kpi
    where scenario = {{ scenario_reference() }}

)

select * from final
