{#- A cell as a person reads it: spaces (no-break ones too) collapsed and trimmed, null when nothing is left. -#}
{%- macro texte(x) -%}
nullif(btrim(regexp_replace({{ x }}, '[\s\u00A0\u202F]+', ' ', 'g')), '')
{%- endmacro -%}
