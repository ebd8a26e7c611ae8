{%- macro run_started_at() -%}
current_setting('runner.run_started_at')::timestamptz
{%- endmacro -%}
