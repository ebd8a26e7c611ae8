{#- A plain non-negative decimal, `,` or `.`, times ten to the exponent; null for anything else. The exponent is part of the text that is cast, so that no number is too long for a later product. -#}
{%- macro decimal_ou_null(x, exposant=0) -%}
case
            when {{ x }} ~ '^[0-9]+([.,][0-9]+)?$' and pg_input_is_valid(replace({{ x }}, ',', '.') || 'e{{ exposant }}', 'numeric')
                then (replace({{ x }}, ',', '.') || 'e{{ exposant }}')::numeric
        end
{%- endmacro -%}
