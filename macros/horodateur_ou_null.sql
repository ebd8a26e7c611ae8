{#- A moment written DD/MM/YYYY HH:MM:SS (leading zeros may lack), Paris time, else null. -#}
{%- macro horodateur_ou_null(x) -%}
{%- set iso = "regexp_replace(" + x + ", '^([0-9]+)/([0-9]+)/([0-9]+)', '\\3-\\2-\\1')" -%}
case
            when {{ x }} ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2}$' and pg_input_is_valid({{ iso }}, 'timestamp')
                then {{ iso }}::timestamp
        end
{%- endmacro -%}
