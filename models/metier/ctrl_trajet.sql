-- grain: one row per (scenario, active employee) whose declared mode can be controlled, or is INCONNU
with

attendus as (

    select * from {{ ref('trajet_attendu') }}

),

salaries as (

    select * from {{ ref('salarie') }}

),

reponses as (

    select *
    from {{ ref('stg_gmaps__trajet') }}
    where statut = 'OK' and distance_m is not null

),

seuils as (

    select
        scenario,
        code_param,
        {{ decimal_ou_null('valeur_param') }} as seuil_km
    from {{ ref('param_effectif') }}

),

final as (

    select
        attendus.scenario,
        attendus.cle_salarie,
        coalesce(attendus.mode, {{ inconnu() }}) as mode_trajet_normalise,
        reponses.distance_m,
        reponses.duree_sec,
        seuils.seuil_km,
        coalesce(salaries.mod_depl_decl_actif and reponses.distance_m > seuils.seuil_km * 1000, false) as est_incoherent,
        attendus.mode is null as est_exclue_structurelle,
        reponses.date_ctrl
    from attendus
    inner join salaries
        on attendus.cle_salarie = salaries.cle_salarie
    left join reponses
        on attendus.adresse = reponses.adresse
        and attendus.destination = reponses.destination
        and attendus.mode = reponses.mode
    left join seuils
        on attendus.scenario = seuils.scenario
        and salaries.code_param_seuil = seuils.code_param
    where
        (attendus.mode is null and attendus.adresse is not null)
        or reponses.distance_m is not null
    order by attendus.scenario, attendus.cle_salarie

)

select * from final
