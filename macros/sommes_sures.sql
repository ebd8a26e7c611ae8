{#- Of sums of salaries that everybody knows the members of: which may be shown, so that no salary can be computed from them.
    To be written in a `with recursive`, after the CTE `sommes` (ordre from 1 without a gap: the first are shown first; famille; est_imposee: shown
    whatever follows) and `membres` (ordre, personne). It ends with the CTE `verdicts` (ordre, est_sure).
    A sum is refused when with those before it a salary stands alone, whatever is added and subtracted; that is, when Gaussian elimination
    leaves a row of one person. Also when it differs from one of its family that is shown by so few persons as make a small group.
    Persons who are together in every sum are one column: nobody can tell them apart. Whole numbers modulo a prime, so that nothing is rounded. -#}
{%- macro sommes_sures() -%}
{%- set premier = 1000000007 -%}
motifs as (

    select
        personne,
        array_agg(ordre order by ordre) as ordres
    from membres
    group by personne

),

colonnes as (

    select
        ordres,
        count(*) as taille,
        row_number() over (order by ordres) as colonne
    from motifs
    group by ordres

),

vecteurs as (

    select
        sommes.ordre,
        sommes.famille,
        sommes.est_imposee,
        array_agg((sommes.ordre = any(colonnes.ordres))::integer::bigint order by colonnes.colonne) as vecteur,
        array_agg(colonnes.taille order by colonnes.colonne) as tailles
    from sommes
    cross join colonnes
    group by sommes.ordre, sommes.famille, sommes.est_imposee

),

proches as (

    select
        vecteurs.ordre,
        array_agg(autres.ordre) as ordres_proches
    from vecteurs
    inner join vecteurs as autres
        on vecteurs.famille = autres.famille
        and vecteurs.ordre > autres.ordre
    where (
        select sum(d.taille)
        from unnest(vecteurs.vecteur, autres.vecteur, vecteurs.tailles) as d (ici, autre, taille)
        where d.ici <> d.autre
    ) <= {{ var('petit_groupe_max') }}
    group by vecteurs.ordre

),

-- step by step the next sum is taken from all others; what was refused or says nothing new is left behind
elimination as (

    select
        0 as etape,
        vecteurs.ordre,
        vecteurs.est_imposee,
        vecteurs.vecteur,
        vecteurs.tailles,
        coalesce(proches.ordres_proches, '{}') as ordres_proches,
        false as est_sure,
        count(*) over () as nb_sommes
    from vecteurs
    left join proches
        on vecteurs.ordre = proches.ordre

    union all

    select
        suite.etape,
        suite.ordre,
        suite.est_imposee,
        case when suite.est_refusee then suite.vecteur else suite.vecteur_reduit end as vecteur,
        suite.tailles,
        suite.ordres_proches,
        case when suite.ordre = suite.etape then not suite.est_refusee else suite.est_sure end as est_sure,
        suite.nb_sommes
    from (
        select
            reduction.*,
            not reduction.est_imposee_pivot
            and reduction.colonne_pivot is not null
            and bool_or(
                (
                    (reduction.est_sure or reduction.ordre = reduction.etape)
                    and (
                        select sum(r.taille) = 1
                        from unnest(reduction.vecteur_reduit, reduction.tailles) as r (coefficient, taille)
                        where r.coefficient <> 0
                    )
                    and (
                        reduction.ordre = reduction.etape
                        or (
                            select sum(r.taille) > 1
                            from unnest(reduction.vecteur, reduction.tailles) as r (coefficient, taille)
                            where r.coefficient <> 0
                        )
                    )
                )
                or (reduction.est_sure and reduction.ordre = any(reduction.proches_pivot))
            ) over () as est_refusee
        from (
            select
                tour.*,
                pivot.colonne_pivot,
                case
                    when tour.ordre = tour.etape or coalesce(tour.vecteur[pivot.colonne_pivot], 0) = 0 then tour.vecteur
                    else (
                        select
                            array_agg(
                                (
                                    r.coefficient * tour.vecteur_pivot[pivot.colonne_pivot]
                                    - r.pivot * tour.vecteur[pivot.colonne_pivot]
                                ) % {{ premier }}
                                order by r.colonne
                            )
                        from unnest(tour.vecteur, tour.vecteur_pivot) with ordinality as r (coefficient, pivot, colonne)
                    )
                end as vecteur_reduit
            from (
                select
                    elimination.etape + 1 as etape,
                    elimination.ordre,
                    elimination.est_imposee,
                    elimination.vecteur,
                    elimination.tailles,
                    elimination.ordres_proches,
                    elimination.est_sure,
                    elimination.nb_sommes,
                    first_value(elimination.vecteur) over pivot_devant as vecteur_pivot,
                    first_value(elimination.ordres_proches) over pivot_devant as proches_pivot,
                    first_value(elimination.est_imposee) over pivot_devant as est_imposee_pivot
                from elimination
                where
                    elimination.etape < elimination.nb_sommes
                    and (
                        elimination.ordre > elimination.etape
                        or (elimination.est_sure and 0 <> any(elimination.vecteur))
                    )
                window pivot_devant as (order by elimination.ordre = elimination.etape + 1 desc)
            ) as tour
            cross join lateral (
                select min(p.colonne) as colonne_pivot
                from unnest(tour.vecteur_pivot) with ordinality as p (coefficient, colonne)
                where p.coefficient <> 0
            ) as pivot
        ) as reduction
    ) as suite

),

-- where nobody is in any sum, there is nothing to give away
verdicts as (

    select
        sommes.ordre,
        coalesce(elimination.est_sure, true) as est_sure
    from sommes
    left join elimination
        on sommes.ordre = elimination.ordre
        and sommes.ordre = elimination.etape

)
{%- endmacro -%}
