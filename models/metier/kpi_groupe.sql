-- grain: one row per (scenario, axis, group), the axis being the age band or the business unit
{{ config(transaction='couts') }}
with

scenarios as (

    select * from {{ ref('param_scenario') }}

),

salaries as (

    select * from {{ ref('salarie') }} where actif

),

avantages as (

    select * from {{ ref('avantage_salarie') }}

),

remunerations as (

    select
        cle_salarie,
        salaire_brut
    from {{ ref('rh_salarie') }}

),

groupes as (

    select
        'age' as axe,
        tranche_age as groupe
    from {{ ref('tranche_age') }}

    union all

    select distinct
        'bu' as axe,
        bu as groupe
    from salaries

),

appartenances as (

    select
        'age' as axe,
        tranche_age as groupe,
        cle_salarie
    from salaries

    union all

    select
        'bu' as axe,
        bu as groupe,
        cle_salarie
    from salaries

),

mesures as (

    select
        scenarios.scenario,
        groupes.axe,
        groupes.groupe,
        count(appartenances.cle_salarie) as nb_salaries,
        count(*) filter (where avantages.est_eligible_prime) as nb_prime,
        count(*) filter (where avantages.est_eligible_bien_etre) as nb_bien_etre,
        coalesce(sum(avantages.jours_bien_etre_attribues), 0) as nb_jours,
        round(
            coalesce(sum(remunerations.salaire_brut) filter (where avantages.est_eligible_prime), 0)
            * scenarios.taux_prime, 2
        ) as cout_variable,
        round(count(*) filter (where avantages.est_eligible_prime) * scenarios.montant_prime_fixe, 2) as cout_fixe
    from scenarios
    cross join groupes
    left join appartenances
        on groupes.axe = appartenances.axe
        and groupes.groupe = appartenances.groupe
    left join avantages
        on scenarios.scenario = avantages.scenario
        and appartenances.cle_salarie = avantages.cle_salarie
    left join remunerations
        on appartenances.cle_salarie = remunerations.cle_salarie
    group by
        scenarios.scenario,
        scenarios.taux_prime,
        scenarios.montant_prime_fixe,
        groupes.axe,
        groupes.groupe

),

-- the cost of one or two persons would be a salary
petits as (

    select
        *,
        nb_prime between 1 and {{ var('petit_groupe_max') }} as est_petit
    from mesures

),

-- and the total less the other groups would give it away: the next smallest is hidden with it
rangs as (

    select
        *,
        bool_or(est_petit) over (partition by scenario, axe) as a_petit,
        row_number() over (
            partition by scenario, axe, nb_prime > 0 and not est_petit
            order by nb_prime, groupe collate "C"
        ) as rang
    from petits

),

final as (

    select
        scenario,
        axe,
        groupe,
        nb_salaries,
        nb_prime as nb_salaries_eligibles_prime,
        case
            when est_petit or (nb_prime > 0 and a_petit and rang = 1) then null
            else cout_variable
        end as cout_annuel_total_prime_variable,
        cout_fixe as cout_annuel_total_prime_fixe,
        nb_bien_etre as nb_salaries_eligibles_bien_etre,
        nb_jours as jours_bien_etre_attribues_total
    from rangs
    order by scenario, axe, groupe collate "C"

)

select * from final
