{#- First day of the window: its text moves with the month only. -#}
{%- macro periode_debut() -%}
{%- if var('inclure_mois_courant') in [true, 'true'] -%}
date '{{ as_of | month_start | add_months(-11) }}'
{%- else -%}
date '{{ as_of | month_start | add_months(-12) }}'
{%- endif -%}
{%- endmacro -%}
