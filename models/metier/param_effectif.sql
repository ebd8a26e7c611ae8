-- grain: one row per (scenario, parameter): the value in force on date_reference, the scenario's own or else the reference's
with

parametres as (

    select * from {{ ref('param_avantage') }}

),

codes as (

    select * from {{ ref('code_param') }}

),

scenarios as (

    select distinct scenario from parametres

),

en_vigueur as (

    select distinct on (scenario, code_param)
        scenario,
        code_param,
        valeur_param,
        date_effet
    from parametres
    where date_effet <= {{ date_reference() }}
    order by scenario, code_param, date_effet desc

),

-- every scenario has every code, so that a value that lacks is a row that the contract refuses
final as (

    select
        scenarios.scenario,
        codes.code_param,
        coalesce(propre.valeur_param, reference.valeur_param) as valeur_param,
        propre.scenario is null as est_herite,
        coalesce(propre.date_effet, reference.date_effet) as date_effet
    from scenarios
    cross join codes
    left join en_vigueur as propre
        on scenarios.scenario = propre.scenario
        and codes.code_param = propre.code_param
    left join en_vigueur as reference
        on codes.code_param = reference.code_param
        and reference.scenario = {{ scenario_reference() }}
    order by scenarios.scenario, codes.code_param

)

select * from final
