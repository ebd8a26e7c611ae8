{#- A hook: takes a policy of another rule away, so that nothing stands on what is about to be replaced. Until `montre_publiable` gives the next
    one, in the same transaction, only the owner of the table sees a row. Where the rule is the same no lock is taken. -#}
{%- macro cache_publiable(histo, cout, mesure, groupe) -%}
do $regle$
begin
    if exists (
        select from pg_policy
        where
            polrelid = '{{ histo }}'::regclass
            and polname = 'publiable'
            and obj_description(oid, 'pg_policy') is distinct from md5($texte${{ regle_publiable(histo, cout, mesure, groupe) }}$texte$)
    ) then
        drop policy publiable on {{ histo }};
    end if;
end
$regle$
{%- endmacro -%}
