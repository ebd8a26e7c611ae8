-- grain: one row per scenario, its parameters typed
with

parametres as (

    select
        scenario,
        code_param,
        valeur_param,
        {{ decimal_ou_null('valeur_param') }} as valeur_num
    from {{ ref('param_effectif') }}

),

final as (

    select
        scenario,
        max(valeur_param) filter (where code_param = 'adresse_entreprise') as adresse_entreprise,
        max(valeur_num) filter (where code_param = 'taux_prime') as taux_prime,
        max(valeur_num) filter (where code_param = 'montant_prime_fixe') as montant_prime_fixe,
        max(valeur_num) filter (where code_param = 'seuil_km_marche_course') as seuil_km_marche_course,
        max(valeur_num) filter (where code_param = 'seuil_km_velo_autres') as seuil_km_velo_autres,
        (max(valeur_num) filter (where code_param = 'min_activites_bien_etre'))::integer as min_activites_bien_etre,
        (max(valeur_num) filter (where code_param = 'jours_bien_etre'))::integer as jours_bien_etre
    from parametres
    group by scenario
    order by scenario

)

select * from final
