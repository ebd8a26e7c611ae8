-- grain: one row per (employee, day): the activity kept for that day
with

activites as (

    select * from {{ ref('activite') }}

),

final as (

    select
        cle_salarie,
        date_debut,
        date_activite,
        duree_sec,
        round(duree_sec / 60.0, 2) as duree_min,
        distance_m,
        round(distance_m / 1000, 3) as distance_km,
        type_activite_normalise,
        type_activite_normalise = {{ inconnu() }} as type_activite_inconnu,
        categorie_activite_normalise,
        categorie_activite_normalise = {{ inconnu() }} as categorie_activite_inconnu,
        source_donnee,
        cle_dedup_activite,
        est_exclue_structurelle,
        motif_exclusion
    from activites

)

select * from final
