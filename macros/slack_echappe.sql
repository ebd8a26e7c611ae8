{#- A text in which Slack finds no mark of its own: `<!channel>` is shown, not obeyed. -#}
{%- macro slack_echappe(x) -%}
replace(replace(replace({{ x }}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')
{%- endmacro -%}
