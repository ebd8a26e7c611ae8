-- grain: one row per active employee
with

salaries as (

    select * from {{ ref('salarie') }}

),

final as (

    select
        cle_salarie,
        bu,
        type_contrat,
        tranche_age,
        mod_depl_decl_normalise,
        mod_depl_decl_inconnu
    from salaries
    where actif

)

select * from final
