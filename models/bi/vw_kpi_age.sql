-- grain: one row per age band
with

kpi as (

    select * from {{ ref('kpi_groupe') }}

),

publiables as (

    select groupe
    from {{ ref('cout_publiable') }}
    where
        mesure = 'age'
        and est_publiable

),

final as (

    select
        {{ date_reference() }} as date_run_paris,
        kpi.groupe as tranche_age,
        kpi.nb_salaries,
        kpi.nb_salaries_eligibles_prime,
        case when publiables.groupe is not null then kpi.cout_annuel_total_prime_variable end as cout_annuel_total_prime_variable,
        kpi.cout_annuel_total_prime_fixe,
        kpi.nb_salaries_eligibles_bien_etre,
        kpi.jours_bien_etre_attribues_total
    from kpi
    left join publiables
        on kpi.groupe = publiables.groupe
    where
        kpi.scenario = {{ scenario_reference() }}
        and kpi.axe = 'age'

)

select * from final
