{#- A name of a person by which runs are compared, and nothing else: no pseudonym, so that who is forgotten is not found by it. -#}
{%- macro jeton_salarie(cle) -%}
left(md5({{ cle }}), 16)
{%- endmacro -%}
