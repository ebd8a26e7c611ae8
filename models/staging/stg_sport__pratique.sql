-- grain: one row per employee of the sport workbook in force
with

source as (

    select * from {{ source('sport', 'pratique') }}

),

renamed as (

    select
        cle_salarie,
        batch_id as id_lot,
        row_number as num_ligne,
        id_salarie,
        {{ texte('pratique_sport') }} as pratique_sport
    from source

)

select * from renamed
