-- grain: one row per employee, active or not
with

eligibilites as (

    select * from {{ ref('elig_prime') }}

),

final as (

    select
        cle_salarie,
        est_eligible_prime,
        motif_ineligibilite
    from eligibilites
    where scenario = {{ scenario_reference() }}

)

select * from final
