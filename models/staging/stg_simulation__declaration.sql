-- grain: one row per fictitious declaration of the simulated batch in force
with

source as (

    select * from {{ source('simulation', 'declaration') }}

),

cleaned as (

    select
        cle_salarie,
        batch_id as id_lot,
        row_number as num_ligne,
        {{ texte('sport_type') }} as sport_type,
        jsonb_build_object(
            'cle_salarie', cle_salarie,
            'date_activite', date_activite,
            'sport_type', sport_type,
            'distance_km', distance_km,
            'duree', duree
        ) as contenu,
        {{ texte('duree') }} as duree,
        {{ texte('distance_km') }} as distance_km,
        {{ texte('date_activite') }} as date_activite
    from source
    -- no limit, and yet a cell is cleaned once because of it, not as often as it is named below
    limit all

),

typed as (

    select
        cle_salarie,
        id_lot,
        num_ligne,
        sport_type,
        contenu,
        {{ duree_sec_ou_null('duree') }} as duree_sec,
        round({{ decimal_ou_null('distance_km', 3) }}) as distance_m,
        distance_km is not null as est_distance_renseignee,
        coalesce(
            {{ date_iso_ou_null('date_activite') }},
            {{ date_fr_ou_null('date_activite') }}
        ) as date_activite
    from cleaned

)

select * from typed
