-- grain: one row per employee, active or not, without identity, salary or birth date
with

salaries as (

    select * from {{ ref('rh_salarie') }}

),

modes as (

    select * from {{ ref('mode_deplacement') }}

),

appellations as (

    select * from {{ ref('appellation_activite') }}

),

tranches as (

    select * from {{ ref('tranche_age') }}

),

ages as (

    select
        *,
        -- of who is yet to be born `age` gives 0 years for most of a year
        case
            when date_naissance <= {{ date_reference() }} then extract(year from age({{ date_reference() }}, date_naissance))
        end as age
    from salaries

),

final as (

    select
        ages.cle_salarie,
        coalesce(ages.bu, {{ inconnu() }}) as bu,
        ages.type_contrat,
        coalesce(tranches.tranche_age, {{ inconnu() }}) as tranche_age,
        coalesce(modes.libelle, {{ inconnu() }}) as mod_depl_decl_normalise,
        modes.mode_google,
        modes.code_param_seuil,
        case
            when ages.sport_declare is not null then coalesce(appellations.libelle, {{ inconnu() }})
        end as sport_declare_normalise,
        modes.libelle is null as mod_depl_decl_inconnu,
        coalesce(modes.est_actif, false) as mod_depl_decl_actif,
        ages.actif
    from ages
    left join modes
        on {{ normalise('ages.moyen_deplacement') }} = {{ normalise('modes.libelle') }}
    left join appellations
        on {{ normalise('ages.sport_declare') }} = appellations.nom_normalise
    left join tranches
        on ages.age between tranches.age_min and coalesce(tranches.age_max, ages.age)
    order by ages.cle_salarie

)

select * from final
