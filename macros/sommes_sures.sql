{#- Of sums of salaries that everybody knows the members of: which may be shown, so that no salary can be computed from them.
    To be written in a `with recursive`, after the CTE `sommes` (ordre from 1 without a gap: the first are shown first; famille; est_imposee: shown
    whatever follows) and `membres` (ordre, personne). It ends with the CTE `verdicts` (ordre, est_sure).
    A sum is refused when with those before it a salary stands alone, whatever is added and subtracted; that is, when Gaussian elimination
    leaves a row of so few persons as make a small group. Also when it differs from one of its family that is shown by as few.
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
        sum(colonnes.taille) filter (where sommes.ordre = any(colonnes.ordres)) as nb_personnes,
        min(colonnes.colonne) filter (where sommes.ordre = any(colonnes.ordres)) as tete,
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
        and abs(vecteurs.nb_personnes - autres.nb_personnes) <= {{ var('petit_groupe_max') }}
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
        vecteurs.nb_personnes,
        vecteurs.tete,
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
        jugement.etape,
        jugement.ordre,
        jugement.est_imposee,
        case when jugement.est_refusee or not jugement.est_touchee then jugement.nb_personnes else jugement.nb_restantes end,
        case when jugement.est_refusee or not jugement.est_touchee then jugement.tete else jugement.tete_restante end,
        case when jugement.est_refusee or not jugement.est_touchee then jugement.vecteur else jugement.vecteur_reduit end,
        jugement.tailles,
        jugement.ordres_proches,
        jugement.est_sure or (jugement.ordre = jugement.etape and not jugement.est_refusee),
        jugement.nb_sommes
    from (
        select
            tour.*,
            reduit.vecteur_reduit,
            reste.nb_restantes,
            reste.tete_restante,
            not tour.est_imposee_pivot
            and tour.tete_pivot is not null
            and bool_or(
                (tour.ordre = tour.etape and tour.nb_personnes <= {{ var('petit_groupe_max') }})
                or (
                    tour.est_sure
                    and tour.nb_personnes > {{ var('petit_groupe_max') }}
                    and reste.nb_restantes <= {{ var('petit_groupe_max') }}
                )
                or (tour.est_sure and tour.ordre = any(tour.proches_pivot))
            ) over () as est_refusee
        from (
            select
                pivot.*,
                pivot.ordre <> pivot.etape and coalesce(pivot.vecteur[pivot.tete_pivot], 0) <> 0 as est_touchee
            from (
                select
                    elimination.etape + 1 as etape,
                    elimination.ordre,
                    elimination.est_imposee,
                    elimination.nb_personnes,
                    elimination.tete,
                    elimination.vecteur,
                    elimination.tailles,
                    elimination.ordres_proches,
                    elimination.est_sure,
                    elimination.nb_sommes,
                    first_value(elimination.est_imposee) over pivot_devant as est_imposee_pivot,
                    first_value(elimination.tete) over pivot_devant as tete_pivot,
                    first_value(elimination.vecteur) over pivot_devant as vecteur_pivot,
                    first_value(elimination.ordres_proches) over pivot_devant as proches_pivot
                from elimination
                where
                    elimination.etape < elimination.nb_sommes
                    and (elimination.ordre > elimination.etape or (elimination.est_sure and elimination.tete is not null))
                window pivot_devant as (order by elimination.ordre = elimination.etape + 1 desc)
            ) as pivot
        ) as tour
        cross join lateral (
            select
                array_agg(
                    (r.coefficient * tour.vecteur_pivot[tour.tete_pivot] - r.pivot * tour.vecteur[tour.tete_pivot])
                    % {{ premier }}
                    order by r.colonne
                ) as vecteur_reduit
            from unnest(tour.vecteur, tour.vecteur_pivot) with ordinality as r (coefficient, pivot, colonne)
            where tour.est_touchee
        ) as reduit
        cross join lateral (
            select
                sum(r.taille) as nb_restantes,
                min(r.colonne) as tete_restante
            from unnest(reduit.vecteur_reduit, tour.tailles) with ordinality as r (coefficient, taille, colonne)
            where tour.est_touchee and r.coefficient <> 0
        ) as reste
    ) as jugement

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
