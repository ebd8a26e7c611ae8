-- grain: one row per active employee whose commute is controlled, with the thresholds that the company applies
with

controles as (

    select * from {{ ref('ctrl_trajet') }}

),

final as (

    select
        cle_salarie,
        mode_trajet_normalise,
        mode_trajet_normalise = {{ inconnu() }} as mode_trajet_inconnu,
        distance_m,
        round(distance_m / 1000, 3) as distance_km,
        duree_sec,
        round(duree_sec / 60, 2) as duree_min,
        seuil_km,
        est_incoherent,
        date_ctrl,
        est_exclue_structurelle
    from controles
    where scenario = {{ scenario_reference() }}

)

select * from final
