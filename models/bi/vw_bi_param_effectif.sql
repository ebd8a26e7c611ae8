-- grain: one row per parameter: the value that the company applies
with

parametres as (

    select * from {{ ref('param_effectif') }}

),

final as (

    select
        code_param,
        valeur_param,
        date_effet
    from parametres
    where scenario = {{ scenario_reference() }}

)

select * from final
