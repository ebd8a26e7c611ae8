-- grain: one row per source of declarations: rows read = kept + set aside + rejected, each counted where it ended up
-- the rows read are counted in raw on purpose: a row that staging loses is missed too
with

lues as (

    select 'csv_gsheet' as source, count(*) as nb from {{ source('gsheet', 'declaration') }}
    union all
    select 'csv_simule' as source, count(*) as nb from {{ source('simulation', 'declaration') }}

),

retenues as (

    select
        source_donnee as source,
        count(*) as nb
    from {{ ref('activite') }}
    group by source_donnee

),

ecartees as (

    select
        source,
        count(*) as nb
    from {{ ref('anomalie') }}
    where motif in (select motif from {{ ref('motif_anomalie') }} where est_ecartee)
    group by source

),

rejetees as (

    select
        source,
        count(*) as nb
    from {{ ref('rejet') }}
    group by source

),

final as (

    select
        lues.source,
        lues.nb as nb_lues,
        coalesce(retenues.nb, 0) as nb_retenues,
        coalesce(ecartees.nb, 0) as nb_ecartees,
        coalesce(rejetees.nb, 0) as nb_rejetees
    from lues
    left join retenues
        on lues.source = retenues.source
    left join ecartees
        on lues.source = ecartees.source
    left join rejetees
        on lues.source = rejetees.source

)

select * from final
