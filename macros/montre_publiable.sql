{#- A hook: gives a history the policy `regle_publiable`, and notes by a digest which text of it. The owner of the table sees all. -#}
{%- macro montre_publiable(histo, cout, mesure, groupe) -%}
do $regle$
begin
    if not exists (select from pg_policy where polrelid = '{{ histo }}'::regclass and polname = 'publiable') then
        alter table {{ histo }} enable row level security;
        create policy publiable on {{ histo }} for select using (
            {{ regle_publiable(histo, cout, mesure, groupe) }}
        );
        execute format('comment on policy publiable on {{ histo }} is %L', md5($texte${{ regle_publiable(histo, cout, mesure, groupe) }}$texte$));
    end if;
end
$regle$
{%- endmacro -%}
