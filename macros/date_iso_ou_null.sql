{#- A real day written YYYY-MM-DD, else null. -#}
{%- macro date_iso_ou_null(x) -%}
case when {{ x }} ~ '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$' and pg_input_is_valid({{ x }}, 'date') then {{ x }}::date end
{%- endmacro -%}
