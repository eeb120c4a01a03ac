# syntax=docker/dockerfile:1
# One image with everything that `rosi` needs beside a ClickHouse server. Without the embedded
# ClickHouse it is about 0.6 GB smaller: --build-arg EMBEDDED_CLICKHOUSE=yes keeps it in.

FROM node:22.23.3-bookworm-slim AS build
WORKDIR /build
COPY . .
# No package's own script runs: package.json allows none, and this npm does not read that yet.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
RUN npm run --silent build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
ARG EMBEDDED_CLICKHOUSE=no
RUN test "$EMBEDDED_CLICKHOUSE" = yes || rm -rf node_modules/@chdb

FROM node:22.23.3-bookworm-slim
LABEL org.opencontainers.image.title="ROSI" \
  org.opencontainers.image.description="Return on social investment" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
  ROSI_DATA_DIR=/var/lib/rosi \
  ROSI_HOST=0.0.0.0 \
  ROSI_HTTP_PORT=8080
WORKDIR /opt/rosi
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/packages packages
COPY --from=build /build/services services
COPY LICENSE ./
RUN ln -s /opt/rosi/packages/cli/bin/rosi.js /usr/local/bin/rosi \
  && mkdir -p /var/lib/rosi /backups && chown node:node /var/lib/rosi /backups
# Nothing under /opt/rosi belongs to it: it writes to its data folder alone.
USER node
VOLUME /var/lib/rosi
EXPOSE 8080
# Alive is what a container is restarted for; ready (/health/ready) is asked by who sends traffic.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.ROSI_HTTP_PORT+'/health/live').then(a=>process.exit(a.ok?0:1),()=>process.exit(1))"]
# Node itself is the first process: SIGTERM reaches it and drains.
ENTRYPOINT ["node", "packages/cli/bin/rosi.js"]
CMD ["start"]
