-- grain: one row per business unit with an active employee
with

kpi as (

    select * from {{ ref('kpi_groupe') }}

),

publiables as (

    select groupe
    from {{ ref('cout_publiable') }}
    where
        mesure = 'bu'
        and est_publiable

),

final as (

    select
        kpi.groupe as bu,
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
        and kpi.axe = 'bu'

)

select * from final
