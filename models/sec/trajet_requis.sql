-- grain: one row per (address, destination, mode) that must have an answer: what the commute source is asked for
with

attendus as (

    select * from {{ ref('trajet_attendu') }}

),

final as (

    select distinct
        adresse,
        destination,
        mode
    from attendus
    where
        adresse is not null
        and mode is not null

)

select * from final
