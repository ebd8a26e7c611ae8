-- grain: one row per accepted spelling of a type of activity, its own name or an alias
with

types as (

    select * from {{ ref('type_activite') }}

),

alias as (

    select * from {{ ref('type_activite_alias') }}

),

appellations as (

    select
        libelle as nom,
        libelle
    from types

    union all

    select
        alias as nom,
        libelle
    from alias

),

final as (

    select distinct
        {{ normalise('appellations.nom') }} as nom_normalise,
        types.libelle,
        types.categorie
    from appellations
    inner join types
        on appellations.libelle = types.libelle
    order by nom_normalise

)

select * from final
