{#- Seconds of a duration written H:MM:SS or HH:MM:SS, else null. -#}
{%- macro duree_sec_ou_null(x) -%}
case when {{ x }} ~ '^[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]$' then extract(epoch from {{ x }}::interval)::integer end
{%- endmacro -%}
