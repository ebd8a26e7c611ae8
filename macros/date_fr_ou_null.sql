{#- A real day written DD/MM/YYYY (leading zeros may lack), else null. -#}
{%- macro date_fr_ou_null(x) -%}
{%- set iso = "regexp_replace(" + x + ", '^([0-9]+)/([0-9]+)/([0-9]+)$', '\\3-\\2-\\1')" -%}
case
            when {{ x }} ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' and pg_input_is_valid({{ iso }}, 'date')
                then {{ iso }}::date
        end
{%- endmacro -%}
