-- grain: one row per employee, active or not
with

avantages as (

    select * from {{ ref('avantage_salarie') }}

),

final as (

    select
        cle_salarie,
        est_eligible_prime,
        motif_ineligibilite,
        est_eligible_bien_etre,
        nb_activites_periode,
        jours_bien_etre_attribues,
        periode_debut,
        periode_fin,
        categorie_avantage
    from avantages
    where scenario = {{ scenario_reference() }}

)

select * from final
