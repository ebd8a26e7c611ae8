{#- A text as a message quotes it: on one line, without control characters and marks that turn the direction of writing, cut after so many characters; null when nothing is left. -#}
{%- macro texte_court(x, longueur) -%}
{%- set net = texte("regexp_replace(" + x + ", '[\\u0001-\\u001F\\u007F-\\u009F\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069]', ' ', 'g')") -%}
case when length({{ net }}) > {{ longueur }} then left({{ net }}, {{ longueur }} - 1) || '…' else {{ net }} end
{%- endmacro -%}
