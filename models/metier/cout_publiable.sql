-- grain: one row per variable cost that Power BI could be shown: the total of a scenario, a business unit's or an age band's in reference
-- its costs are published with it or not at all, whatever is selected or fails: a total of today is never beside a group of yesterday
{{ config(transaction='couts') }}
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

membres_couts as (

    select * from {{ ref('membre_cout') }}

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
        membres_couts.cle_salarie as personne
    from sommes
    inner join membres_couts
        on sommes.mesure = membres_couts.mesure
        and sommes.groupe = membres_couts.groupe

),

digests as (

    select
        mesure,
        groupe,
        {{ digest_membres('cle_salarie') }} as membres
    from membres_couts
    group by mesure, groupe

),

{{ sommes_sures() }},

final as (

    select
        sommes.mesure,
        sommes.groupe,
        digests.membres,
        verdicts.est_sure as est_publiable
    from sommes
    inner join verdicts
        on sommes.ordre = verdicts.ordre
    left join digests
        on sommes.mesure = digests.mesure
        and sommes.groupe = digests.groupe
    order by sommes.mesure, sommes.groupe collate "C"

)

select * from final
