{#- A real day written DD/MM/YYYY (leading zeros may lack), else null. The parts are split off: a pattern with parts in brackets takes many times as long. -#}
{%- macro date_fr_ou_null(x) -%}
{%- set iso = "(split_part(" + x + ", '/', 3) || '-' || split_part(" + x + ", '/', 2) || '-' || split_part(" + x + ", '/', 1))" -%}
case
            when {{ x }} ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' and pg_input_is_valid({{ iso }}, 'date')
                then {{ iso }}::date
        end
{%- endmacro -%}
