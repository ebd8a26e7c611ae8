{#- What two spellings of one name share: no case, accents, surrounding or repeated spaces. Accents go before `lower`, which knows ASCII only in a database of locale C. -#}
{%- macro normalise(x) -%}
lower(btrim(regexp_replace(regexp_replace(normalize({{ x }}, nfkd), '[\u0300-\u036F]', '', 'g'), '\s+', ' ', 'g')))
{%- endmacro -%}
