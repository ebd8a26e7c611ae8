-- grain: one row per variable cost in the history that Power BI is shown, beside all that it is shown of today
{{
    config(
        transaction='histo',
        grants={select: ['sds_bi']},
        post_hook=[
            montre_publiable(ref('histo_kpi_cout_prime'), 'cout_annuel_total_prime', 'scenario', scenario_reference()),
            montre_publiable(ref('histo_kpi_scenario'), 'cout_annuel_total_prime', 'scenario', 'scenario'),
            montre_publiable(ref('histo_kpi_age'), 'cout_annuel_total_prime_variable', 'age', 'tranche_age')
        ]
    )
}}
with recursive

aujourdhui as (

    select * from {{ ref('cout_publiable') }} where est_publiable

),

salaries as (

    select
        {{ jeton_salarie('cle_salarie') }} as jeton_salarie,
        cle_salarie,
        bu,
        tranche_age
    from {{ ref('salarie') }}

),

eligibles as (

    select
        elig_prime.scenario,
        salaries.jeton_salarie,
        salaries.bu,
        salaries.tranche_age
    from {{ ref('elig_prime') }} as elig_prime
    inner join salaries
        on elig_prime.cle_salarie = salaries.cle_salarie
    where elig_prime.est_eligible_prime

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
        aujourdhui.mesure,
        aujourdhui.groupe,
        0 as rang,
        0 as anciennete,
        array_agg(eligibles.jeton_salarie order by eligibles.jeton_salarie) as membres
    from aujourdhui
    inner join eligibles
        on case aujourdhui.mesure
            when 'scenario' then eligibles.scenario = aujourdhui.groupe
            when 'bu' then eligibles.scenario = {{ scenario_reference() }} and eligibles.bu = aujourdhui.groupe
            else eligibles.scenario = {{ scenario_reference() }} and eligibles.tranche_age = aujourdhui.groupe
        end
    group by aujourdhui.mesure, aujourdhui.groupe

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
        ensembles.groupe
    from ensembles
    inner join sommes
        on ensembles.membres = sommes.membres
    inner join verdicts
        on sommes.ordre = verdicts.ordre
    where
        ensembles.id_histo_run is not null
        and verdicts.est_sure
    order by ensembles.id_histo_run, ensembles.mesure, ensembles.groupe collate "C"

)

select * from final
