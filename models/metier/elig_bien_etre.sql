-- grain: one row per (scenario, employee), active or not: counted activities of the window and the days they give
with

salaries as (

    select * from {{ ref('salarie') }}

),

scenarios as (

    select * from {{ ref('param_scenario') }}

),

activites as (

    select * from {{ ref('activite') }}

),

comptes as (

    select
        cle_salarie,
        count(*) as nb_activites_periode
    from activites
    where
        not est_exclue_structurelle
        and date_activite between {{ periode_debut() }} and {{ periode_fin() }}
    group by cle_salarie

),

eligibilites as (

    select
        scenarios.scenario,
        salaries.cle_salarie,
        coalesce(comptes.nb_activites_periode, 0) as nb_activites_periode,
        scenarios.min_activites_bien_etre,
        scenarios.jours_bien_etre,
        salaries.actif
            and coalesce(comptes.nb_activites_periode, 0) >= scenarios.min_activites_bien_etre as est_eligible_bien_etre
    from salaries
    cross join scenarios
    left join comptes
        on salaries.cle_salarie = comptes.cle_salarie

),

final as (

    select
        scenario,
        cle_salarie,
        nb_activites_periode,
        min_activites_bien_etre,
        jours_bien_etre,
        case when est_eligible_bien_etre then jours_bien_etre else 0 end as jours_bien_etre_attribues,
        est_eligible_bien_etre,
        {{ periode_debut() }} as periode_debut,
        {{ periode_fin() }} as periode_fin
    from eligibilites
    order by scenario, cle_salarie

)

select * from final
