{#- Last day of the window, included. With the current month it is the day itself, on purpose not `date_reference()`: then the window moves every day. -#}
{%- macro periode_fin() -%}
{%- if var('inclure_mois_courant') in [true, 'true'] -%}
date '{{ as_of }}'
{%- else -%}
date '{{ as_of | month_start | add_days(-1) }}'
{%- endif -%}
{%- endmacro -%}
