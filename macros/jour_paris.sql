{#- The day in Paris of an instant. -#}
{%- macro jour_paris(instant) -%}
({{ instant }} at time zone 'Europe/Paris')::date
{%- endmacro -%}
