{#- Metres as people write kilometres: at most two decimals, half up, a comma, no zeros at the end; null for none, and for less than 5 m. -#}
{%- macro km_fr(distance_m) -%}
replace(trim_scale(nullif(round({{ distance_m }} / 1000, 2), 0))::text, '.', ',')
{%- endmacro -%}
