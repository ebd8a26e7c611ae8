-- grain: one row per variable cost in the history that gives no salary away beside all that Power BI is shown of today
{{ config(transaction='histo') }}
with recursive

aujourdhui as (

    select * from {{ ref('cout_publiable') }} where est_publiable

),

salaries as (

    select {{ jeton_salarie('cle_salarie') }} as jeton_salarie
    from {{ ref('salarie') }}

),

membres_couts as (

    select
        membres_couts.mesure,
        membres_couts.groupe,
        membres_couts.cle_salarie
    from {{ ref('membre_cout') }} as membres_couts
    inner join aujourdhui
        on membres_couts.mesure = aujourdhui.mesure
        and membres_couts.groupe = aujourdhui.groupe

),

-- what was judged beside it, by the persons themselves: what is published may have been made of others
digests as (

    select
        mesure,
        groupe,
        {{ digest_membres('cle_salarie') }} as membres
    from membres_couts
    group by mesure, groupe

),

vus as (

    select {{ digest_couts() }} as digest_couts
    from (
        select
            aujourdhui.mesure,
            aujourdhui.groupe,
            digests.membres
        from aujourdhui
        left join digests
            on aujourdhui.mesure = digests.mesure
            and aujourdhui.groupe = digests.groupe
    ) as couts

),

runs as (

    select
        id_histo_run,
        row_number() over (order by ts_histo, id_histo_run) as rang,
        row_number() over (order by ts_histo desc, id_histo_run desc) as anciennete
    from {{ ref('histo_run') }}

),

passes as (

    select * from {{ ref('histo_eligible') }}

),

-- of a run in which nobody has a name of today (another salt), nobody can say whose salaries it added up
comparables as (

    select distinct passes.id_histo_run
    from passes
    inner join salaries
        on passes.jeton_salarie = salaries.jeton_salarie

),

montants as (

    select
        id_histo_run,
        'scenario' as mesure,
        scenario as groupe
    from {{ ref('histo_kpi_scenario') }}
    where cout_annuel_total_prime is not null

    union all

    select
        id_histo_run,
        'age' as mesure,
        tranche_age as groupe
    from {{ ref('histo_kpi_age') }}
    where cout_annuel_total_prime_variable is not null

),

-- a sum is told by its members: the same one of many runs is judged once
ensembles as (

    select
        null as id_histo_run,
        mesure,
        groupe,
        0 as rang,
        0 as anciennete,
        array_agg({{ jeton_salarie('cle_salarie') }} order by {{ jeton_salarie('cle_salarie') }}) as membres
    from membres_couts
    group by mesure, groupe

    union all

    select
        montants.id_histo_run,
        montants.mesure,
        montants.groupe,
        case when runs.anciennete = 1 then 1 else 1 + runs.rang end as rang,
        runs.anciennete,
        array_agg(passes.jeton_salarie order by passes.jeton_salarie) as membres
    from montants
    inner join comparables
        on montants.id_histo_run = comparables.id_histo_run
    inner join runs
        on montants.id_histo_run = runs.id_histo_run
    inner join passes
        on montants.id_histo_run = passes.id_histo_run
        and case montants.mesure
            when 'scenario' then passes.scenario = montants.groupe
            else passes.scenario = {{ scenario_reference() }} and passes.tranche_age = montants.groupe
        end
    group by montants.id_histo_run, montants.mesure, montants.groupe, runs.rang, runs.anciennete

),

distincts as (

    select
        membres,
        min(rang) as rang,
        min(case when groupe = {{ scenario_reference() }} then 0 when mesure = 'scenario' then 1 else 2 end) as rang_mesure,
        case when bool_or(mesure = 'scenario') then 'scenario' else min(mesure || ' ' || groupe) end as famille,
        row_number() over (order by min(anciennete), membres) as recence
    from ensembles
    group by membres

),

-- today first, then the last run, then from the first on; of each the company's total first
sommes as (

    select
        row_number() over (order by rang, rang_mesure, cardinality(membres) desc, membres) as ordre,
        famille,
        rang = 0 as est_imposee,
        membres
    from distincts
    where recence <= {{ var('sommes_comparees_max') }}

),

membres as (

    select
        sommes.ordre,
        jetons.personne
    from sommes
    cross join unnest(sommes.membres) as jetons (personne)

),

{{ sommes_sures() }},

final as (

    select
        ensembles.id_histo_run,
        ensembles.mesure,
        ensembles.groupe,
        vus.digest_couts
    from ensembles
    inner join sommes
        on ensembles.membres = sommes.membres
    inner join verdicts
        on sommes.ordre = verdicts.ordre
    cross join vus
    where
        ensembles.id_histo_run is not null
        and verdicts.est_sure
    order by ensembles.id_histo_run, ensembles.mesure, ensembles.groupe collate "C"

)

select * from final
