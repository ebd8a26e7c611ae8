{#- 12:00 in Paris on a day: the form gives no hour. -#}
{%- macro a_midi(jour) -%}
({{ jour }} + time '12:00') at time zone 'Europe/Paris'
{%- endmacro -%}
