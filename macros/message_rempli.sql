{#- A text of message_sport with its words filled in, all at once: what stands in braces in a comment stays as it is. -#}
{%- macro message_rempli(modele, prenom, nom, sport, km, minutes, commentaire) -%}
{%- set places = {'{prenom}': '%1$s', '{nom}': '%2$s', '{sport}': '%3$s', '{km}': '%4$s', '{min}': '%5$s', '{commentaire}': '%6$s'} -%}
format({% for mot, place in places %}replace({% endfor %}replace({{ modele }}, '%', '%%')
        {%- for mot, place in places %}, '{{ mot }}', '{{ place }}'){% endfor %},
            {{ prenom }}, {{ nom }}, {{ sport }}, {{ km }}, {{ minutes }}, ' (' || {{ commentaire }} || ')')
{%- endmacro -%}
