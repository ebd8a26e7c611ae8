{#- A moment written DD/MM/YYYY HH:MM:SS (leading zeros may lack), Paris time, else null. -#}
{%- macro horodateur_ou_null(x) -%}
{%- set jour = "split_part(" + x + ", ' ', 1)" -%}
{%- set iso = "(split_part(" + jour + ", '/', 3) || '-' || split_part(" + jour + ", '/', 2) || '-' || split_part(" + jour + ", '/', 1) || ' ' || split_part(" + x + ", ' ', 2))" -%}
case
            when {{ x }} ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2}$' and pg_input_is_valid({{ iso }}, 'timestamp')
                then {{ iso }}::timestamp
        end
{%- endmacro -%}
