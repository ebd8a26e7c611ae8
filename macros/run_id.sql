{#- The run in progress: read from the session, so that the compiled text is the same from run to run. -#}
{%- macro run_id() -%}
current_setting('runner.run_id')
{%- endmacro -%}
