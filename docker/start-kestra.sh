#!/bin/sh
# Kestra reads its secret NAME from SECRET_NAME, in base64: docker-compose.yml gives them as they are, they are encoded here.
set -e
for name in $(env | sed -n 's/^\(SECRET_[A-Z0-9_]*\)=.*/\1/p'); do
  eval "value=\$$name"
  export "$name=$(printf %s "$value" | base64 -w 0)"
done
exec docker-entrypoint.sh "$@"
