-- grain: one row
with

kpi as (

    select * from {{ ref('kpi_jours_supplementaires') }}

),

final as (

    select
        min_activites_bien_etre,
        jours_bien_etre,
        nb_salaries_eligibles_bien_etre,
        nb_jours_supplementaires,
        periode_debut,
        periode_fin
    from kpi
    where scenario = {{ scenario_reference() }}

)

select * from final
