-- grain: one row per rejected declaration of the batches in force
with

declarations as (

    select * from {{ ref('declaration') }}

),

motifs as (

    select * from {{ ref('motif_rejet') }}

),

final as (

    select
        declarations.source,
        declarations.id_lot,
        declarations.num_ligne,
        declarations.motif_rejet as motif,
        motifs.libelle as libelle_motif,
        declarations.contenu
    from declarations
    left join motifs
        on declarations.motif_rejet = motifs.motif
    where declarations.motif_rejet is not null

)

select * from final
