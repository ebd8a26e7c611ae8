-- grain: one row per employee, active or not
with

eligibilites as (

    select * from {{ ref('elig_bien_etre') }}

),

final as (

    select
        cle_salarie,
        periode_debut,
        periode_fin,
        nb_activites_periode,
        min_activites_bien_etre,
        jours_bien_etre,
        est_eligible_bien_etre,
        jours_bien_etre_attribues
    from eligibilites
    where scenario = {{ scenario_reference() }}

)

select * from final
