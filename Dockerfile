# The runner with this project. Built by docker compose, or: docker build --build-arg GIT_COMMIT="$(git rev-parse HEAD)" --tag sport-data-solution/runner:local .
# Three stages whose tools stay behind, and the image; each gets only the files that it reads, so that an edited model installs nothing again.
ARG NODE=node:24.18-bookworm-slim

FROM ${NODE} AS deps
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages are those of the embedded PostgreSQL: in a container the database is another container.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# With the optional packages: TypeScript's compiler is one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/setup.mjs scripts/
COPY runner runner
COPY sources sources
RUN node scripts/setup.mjs

FROM ${NODE} AS soda
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*
# The environment knows its own path: it is made where it will stand.
WORKDIR /app
COPY soda/requirements.txt soda/
COPY scripts/soda-install.mjs scripts/
RUN node scripts/soda-install.mjs

FROM ${NODE} AS image
RUN apt-get update \
  && apt-get install --yes --no-install-recommends python3 \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 runner \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin runner
WORKDIR /app
COPY --from=soda /app/.venv-soda .venv-soda
COPY --from=deps /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY docker/runner.sh /usr/local/bin/runner
COPY --from=build /app/dist dist
COPY runner/docs/site runner/docs/site
COPY runner/docs/assets runner/docs/assets
COPY scripts/rekey.mjs scripts/
COPY sources/sources.yml sources/
COPY sources/sample/rh.xlsx sources/sample/sport.xlsx sources/sample/declarations.csv sources/sample/trajets.csv sources/sample/
COPY macros macros
COPY seeds seeds
COPY soda soda
COPY models models
COPY project.yml ./
# All but this folder belongs to root and stays as it was built.
RUN mkdir target && chown 10001:10001 target
ARG GIT_COMMIT=
ENV GIT_COMMIT=${GIT_COMMIT} NODE_ENV=production
LABEL org.opencontainers.image.title="sport-data-solution runner" \
  org.opencontainers.image.description="What the commuting prime and the wellness days cost: audited SQL models and the runner that builds them" \
  org.opencontainers.image.revision=${GIT_COMMIT}
USER 10001:10001
# The project is read and rendered, without a database: an image that lacks a file is never made, and never healthy.
RUN runner ls --quiet > /dev/null
HEALTHCHECK --interval=5m --timeout=30s --start-period=10s --retries=2 CMD runner ls --quiet > /dev/null
ENTRYPOINT ["runner"]
CMD ["--help"]
