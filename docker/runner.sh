#!/bin/sh
# Kestra starts a task in a folder of its own; the project is here.
cd /app && exec node bin/runner.mjs "$@"
