-- grain: one row per scenario: commutes that do not fit the declared mode
with

scenarios as (

    select * from {{ ref('param_scenario') }}

),

incoherents as (

    select * from {{ ref('ctrl_trajet') }} where est_incoherent

),

final as (

    select
        scenarios.scenario,
        count(incoherents.cle_salarie) as nb_incoherences_detectees
    from scenarios
    left join incoherents
        on scenarios.scenario = incoherents.scenario
    group by scenarios.scenario
    order by scenarios.scenario

)

select * from final
