{#- Who may not read `sec` sees of a history the rows without a variable cost that could give a salary away, and those of `histo_publiable`. -#}
{%- macro regle_publiable(histo, cout, mesure, groupe) -%}
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
{%- endmacro -%}
