{#- A hook: who may not read `sec` sees of a history the rows without a variable cost that could give a salary away, and those of `histo_publiable`.
    The owner of the table sees all. -#}
{%- macro montre_publiable(histo, cout, mesure, groupe) -%}
do $$
begin
    if not exists (select from pg_policy where polrelid = '{{ histo }}'::regclass and polname = 'publiable') then
        alter table {{ histo }} enable row level security;
        create policy publiable on {{ histo }} for select using (
            has_schema_privilege('sec', 'usage')
            or {{ cout }} is null
            or nb_salaries_eligibles_prime = 0
            or exists (
                select
                from {{ this }} as publiable
                where
                    publiable.id_histo_run = {{ histo }}.id_histo_run
                    and publiable.mesure = '{{ mesure }}'
                    and publiable.groupe = {{ groupe }}
            )
        );
    end if;
end
$$
{%- endmacro -%}
