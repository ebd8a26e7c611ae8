-- grain: one row per type of activity: how often it was practised in the window (no scenario decides it)
with

types as (

    select * from {{ ref('type_activite') }}

),

activites as (

    select *
    from {{ ref('activite') }}
    where
        not est_exclue_structurelle
        and date_activite between {{ periode_debut() }} and {{ periode_fin() }}

),

final as (

    select
        types.libelle as type_activite_normalise,
        count(activites.cle_salarie) as nb_activites,
        {{ periode_debut() }} as periode_debut,
        {{ periode_fin() }} as periode_fin
    from types
    left join activites
        on types.libelle = activites.type_activite_normalise
    group by types.libelle
    order by types.libelle collate "C"

)

select * from final
