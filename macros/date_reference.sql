{#- The day the run stands for, Europe/Paris. -#}
{%- macro date_reference() -%}
date '{{ as_of }}'
{%- endmacro -%}
