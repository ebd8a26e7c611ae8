-- grain: one row per real activity that counts: what Slack is told of it, with the employee's name
with

activites as (

    select * from {{ ref('activite') }}

),

declarations as (

    select * from {{ ref('declaration') }}

),

-- because of `limit all` a name is made fit to be quoted once for each employee, not for each of their activities
identites as (

    select
        cle_salarie,
        {{ slack_echappe(texte_court('prenom', var('message_nom_max'))) }} as prenom,
        {{ slack_echappe(texte_court('nom', var('message_nom_max'))) }} as nom
    from {{ ref('lien_salarie') }}
    limit all

),

-- as a copy, it would keep the rows that are joined with it to one process
modeles as not materialized (

    select * from {{ ref('message_sport') }}

),

felicitees as (

    select
        activites.cle_dedup_activite as cle_message,
        activites.cle_salarie,
        activites.type_activite_normalise,
        identites.prenom,
        identites.nom,
        {{ slack_echappe('activites.type_activite_normalise') }} as sport,
        {{ km_fr('activites.distance_m') }} as km,
        {{ minutes('activites.duree_sec') }} as minutes,
        {{ slack_echappe(texte_court('declarations.commentaire', var('message_commentaire_max'))) }} as commentaire,
        activites.date_activite,
        -- of an answer without a readable stamp the day has to do
        coalesce(declarations.horodateur, activites.date_activite::timestamp) as horodateur
    from activites
    inner join declarations
        on activites.cle_salarie = declarations.cle_salarie
        and activites.date_activite = declarations.date_activite
        and declarations.est_retenue
    inner join identites
        on activites.cle_salarie = identites.cle_salarie
    where
        activites.source_donnee = 'csv_gsheet'
        and not activites.est_exclue_structurelle

),

-- what a sport has no words for is said in those for any other
habillees as (

    select
        felicitees.*,
        case
            when felicitees.km is null then coalesce(propres.texte_sans_distance, autres.texte_sans_distance)
            else coalesce(propres.texte, autres.texte)
        end as modele
    from felicitees
    left join modeles as propres
        on felicitees.type_activite_normalise = propres.type_activite
    cross join (select * from modeles where type_activite = 'AUTRE') as autres

),

final as (

    select
        cle_message,
        cle_salarie,
        {{ texte(message_rempli('modele', 'prenom', 'nom', 'sport', 'km', 'minutes', 'commentaire')) }} as texte,
        date_activite,
        horodateur
    from habillees

)

select * from final
