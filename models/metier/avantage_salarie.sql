-- grain: one row per (scenario, employee), active or not: both benefits side by side
with

primes as (

    select * from {{ ref('elig_prime') }}

),

bien_etre as (

    select * from {{ ref('elig_bien_etre') }}

),

final as (

    select
        primes.scenario,
        primes.cle_salarie,
        primes.motif_ineligibilite,
        case
            when primes.est_eligible_prime and bien_etre.est_eligible_bien_etre then 'PRIME+BIEN_ETRE'
            when primes.est_eligible_prime then 'PRIME_SEULE'
            when bien_etre.est_eligible_bien_etre then 'BIEN_ETRE_SEUL'
            else 'RIEN'
        end as categorie_avantage,
        bien_etre.nb_activites_periode,
        bien_etre.jours_bien_etre_attribues,
        primes.est_eligible_prime,
        bien_etre.est_eligible_bien_etre,
        bien_etre.periode_debut,
        bien_etre.periode_fin
    from primes
    inner join bien_etre
        on primes.scenario = bien_etre.scenario
        and primes.cle_salarie = bien_etre.cle_salarie
    order by primes.scenario, primes.cle_salarie

)

select * from final
