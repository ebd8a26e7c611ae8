-- grain: one row per (address, destination, mode) ever asked, with its latest answer
with

source as (

    select * from {{ source('gmaps', 'trajet') }}

),

latest as (

    select distinct on (adresse, destination, mode) *
    from source
    order by adresse, destination, mode, batch_id desc, row_number desc

),

typed as (

    select
        adresse,
        destination,
        mode,
        batch_id as id_lot,
        row_number as num_ligne,
        statut,
        round({{ decimal_ou_null('distance_m') }}) as distance_m,
        round({{ decimal_ou_null('duree_sec') }}) as duree_sec,
        {{ date_iso_ou_null('left(date_ctrl, 10)') }} as date_ctrl
    from latest

)

select * from typed
