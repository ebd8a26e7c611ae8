{#- Whose salaries a sum adds up, as one text: that two sums are of the same persons is seen without naming them. An aggregate. -#}
{%- macro digest_membres(cle) -%}
md5(string_agg({{ jeton_salarie(cle) }}, ' ' order by {{ jeton_salarie(cle) }}))
{%- endmacro -%}
