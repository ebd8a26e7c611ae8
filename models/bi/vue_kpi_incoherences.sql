-- grain: one row
with

kpi as (

    select * from {{ ref('kpi_incoherences') }}

),

final as (

    select
        nb_incoherences_detectees
    from kpi
    where scenario = {{ scenario_reference() }}

)

select * from final
