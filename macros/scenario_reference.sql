{#- The scenario that the company applies; the others inherit from it and the unqualified views show it. -#}
{%- macro scenario_reference() -%}
'reference'
{%- endmacro -%}
