-- grain: one row per employee of the RH workbook in force
with

source as (

    select * from {{ source('rh', 'salarie') }}

),

cleaned as (

    select
        cle_salarie,
        batch_id as id_lot,
        row_number as num_ligne,
        id_salarie,
        {{ texte('nom') }} as nom,
        {{ texte('prenom') }} as prenom,
        {{ texte('bu') }} as bu,
        {{ texte('type_contrat') }} as type_contrat,
        nullif(btrim(adresse_domicile), '') as adresse_domicile,
        {{ texte('moyen_deplacement') }} as moyen_deplacement,
        nullif(regexp_replace(salaire_brut, '[\s\u00A0\u202F]', '', 'g'), '') as salaire_brut,
        {{ texte('nb_jours_cp') }} as nb_jours_cp,
        {{ texte('date_naissance') }} as date_naissance,
        {{ texte('date_embauche') }} as date_embauche
    from source

),

typed as (

    select
        cle_salarie,
        id_lot,
        num_ligne,
        id_salarie,
        nom,
        prenom,
        bu,
        type_contrat,
        adresse_domicile,
        moyen_deplacement,
        -- "30,000" may be thirty or thirty thousand: nobody is paid on a guess
        case when salaire_brut !~ '[.,][0-9]{3}$' then {{ decimal_ou_null('salaire_brut') }} end as salaire_brut,
        {{ decimal_ou_null('nb_jours_cp') }} as nb_jours_cp,
        salaire_brut is not null as est_salaire_renseigne,
        coalesce(
            {{ date_iso_ou_null('date_naissance') }},
            {{ date_fr_ou_null('date_naissance') }}
        ) as date_naissance,
        coalesce(
            {{ date_iso_ou_null('date_embauche') }},
            {{ date_fr_ou_null('date_embauche') }}
        ) as date_embauche
    from cleaned

)

select * from typed
