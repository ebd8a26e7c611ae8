{#- Seconds as whole minutes, half up, at least one. -#}
{%- macro minutes(duree_sec) -%}
greatest(1, round({{ duree_sec }} / 60.0))
{%- endmacro -%}
