-- grain: one row per row of the Google Sheet in force (the header is row 1)
with

source as (

    select * from {{ source('gsheet', 'declaration') }}

),

cleaned as (

    select
        batch_id as id_lot,
        row_number as num_ligne,
        {{ nom_prenom_normalise('nom', 'prenom') }} as nom_prenom_normalise,
        {{ texte('sport_type') }} as sport_type,
        {{ texte('commentaire') }} as commentaire,
        jsonb_build_object(
            'horodateur', horodateur,
            'nom', nom,
            'prenom', prenom,
            'date_activite', date_activite,
            'sport_type', sport_type,
            'distance_km', distance_km,
            'duree', duree,
            'commentaire', commentaire
        ) as contenu,
        {{ texte('duree') }} as duree,
        {{ texte('distance_km') }} as distance_km,
        {{ texte('horodateur') }} as horodateur,
        {{ texte('date_activite') }} as date_activite
    from source
    -- no limit, and yet a cell is cleaned once because of it, not as often as it is named below
    limit all

),

typed as (

    select
        id_lot,
        num_ligne,
        nom_prenom_normalise,
        sport_type,
        commentaire,
        contenu,
        {{ duree_sec_ou_null('duree') }} as duree_sec,
        round({{ decimal_ou_null('distance_km', 3) }}) as distance_m,
        distance_km is not null as est_distance_renseignee,
        {{ horodateur_ou_null('horodateur') }} as horodateur,
        {{ date_fr_ou_null('date_activite') }} as date_activite
    from cleaned

)

select * from typed
