{#- Which costs are shown and whose salaries they add up, as one text. An aggregate over columns mesure, groupe, membres. -#}
{%- macro digest_couts() -%}
md5(string_agg(row(mesure, groupe, membres)::text, ' ' order by mesure, groupe collate "C"))
{%- endmacro -%}
