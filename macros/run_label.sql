{%- macro run_label() -%}
current_setting('runner.run_label')
{%- endmacro -%}
