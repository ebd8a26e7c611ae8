-- grain: one row per variable cost that Power BI could be shown: the total of a scenario, a business unit's or an age band's in reference
with recursive

scenarios as (

    select * from {{ ref('param_scenario') }}

),

groupes as (

    select *
    from {{ ref('kpi_groupe') }}
    where
        scenario = {{ scenario_reference() }}
        and cout_annuel_total_prime_variable is not null

),

salaries as (

    select * from {{ ref('salarie') }}

),

eligibles as (

    select
        elig_prime.scenario,
        elig_prime.cle_salarie,
        salaries.bu,
        salaries.tranche_age
    from {{ ref('elig_prime') }} as elig_prime
    inner join salaries
        on elig_prime.cle_salarie = salaries.cle_salarie
    where elig_prime.est_eligible_prime

),

couts as (

    select
        'scenario' as mesure,
        scenario as groupe,
        0 as nb_eligibles,
        case when scenario = {{ scenario_reference() }} then 1 else 4 end as rang
    from scenarios

    union all

    select
        axe as mesure,
        groupe,
        nb_salaries_eligibles_prime as nb_eligibles,
        case axe when 'bu' then 2 else 3 end as rang
    from groupes

),

-- what the company applies first, then its units, then its ages, the largest first: what gives a salary away is the last
sommes as (

    select
        row_number() over (order by rang, nb_eligibles desc, groupe collate "C") as ordre,
        mesure,
        groupe,
        -- a group that differs from another by one or two persons is judged by what can be computed
        case mesure when 'scenario' then mesure end as famille,
        rang = 1 as est_imposee
    from couts

),

membres as (

    select
        sommes.ordre,
        eligibles.cle_salarie as personne
    from sommes
    inner join eligibles
        on case sommes.mesure
            when 'scenario' then eligibles.scenario = sommes.groupe
            when 'bu' then eligibles.scenario = {{ scenario_reference() }} and eligibles.bu = sommes.groupe
            else eligibles.scenario = {{ scenario_reference() }} and eligibles.tranche_age = sommes.groupe
        end

),

{{ sommes_sures() }},

final as (

    select
        sommes.mesure,
        sommes.groupe,
        verdicts.est_sure as est_publiable
    from sommes
    inner join verdicts
        on sommes.ordre = verdicts.ordre
    order by sommes.mesure, sommes.groupe collate "C"

)

select * from final
