-- grain: one row per type of activity of the referential
with

kpi as (

    select * from {{ ref('kpi_pratique_sportive') }}

),

final as (

    select
        type_activite_normalise,
        nb_activites,
        periode_debut,
        periode_fin
    from kpi

)

select * from final
