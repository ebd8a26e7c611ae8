-- grain: one row per employee, active or not: who stands behind a cle_salarie
with

salaries as (

    select * from {{ ref('rh_salarie') }}

),

noms as (

    select
        cle_salarie,
        id_salarie,
        nom,
        prenom,
        {{ nom_prenom_normalise('nom', 'prenom') }} as nom_prenom_normalise
    from salaries

),

final as (

    select
        cle_salarie,
        id_salarie,
        nom,
        prenom,
        nom_prenom_normalise,
        count(*) over (partition by nom_prenom_normalise) as nb_homonymes
    from noms

)

select * from final
