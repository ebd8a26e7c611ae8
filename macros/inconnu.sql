{#- What stands for a value that the referential does not know. -#}
{%- macro inconnu() -%}
'INCONNU'
{%- endmacro -%}
