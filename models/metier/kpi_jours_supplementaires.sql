-- grain: one row per scenario: the wellness days to grant
with

scenarios as (

    select * from {{ ref('param_scenario') }}

),

eligibles as (

    select * from {{ ref('elig_bien_etre') }} where est_eligible_bien_etre

),

final as (

    select
        scenarios.scenario,
        scenarios.min_activites_bien_etre,
        scenarios.jours_bien_etre,
        count(eligibles.cle_salarie) as nb_salaries_eligibles_bien_etre,
        coalesce(sum(eligibles.jours_bien_etre_attribues), 0) as nb_jours_supplementaires,
        {{ periode_debut() }} as periode_debut,
        {{ periode_fin() }} as periode_fin
    from scenarios
    left join eligibles
        on scenarios.scenario = eligibles.scenario
    group by scenarios.scenario, scenarios.min_activites_bien_etre, scenarios.jours_bien_etre
    order by scenarios.scenario

)

select * from final
