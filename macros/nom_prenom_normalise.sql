{#- The key by which a declaration finds its employee, null when both names are empty. -#}
{%- macro nom_prenom_normalise(nom, prenom) -%}
nullif(coalesce({{ normalise(nom) }}, '') || '|' || coalesce({{ normalise(prenom) }}, ''), '|')
{%- endmacro -%}
