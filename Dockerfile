# One image for all services: `node services/<name>/src/main.ts`, `node tools/simulator/src/main.ts`, and gatewayctl.
# Nothing is built but the console: Node runs the sources as they are.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are Node itself and a PostgreSQL for `npm start` on a laptop: 250 MB that a container has no use for.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY console ./console
COPY scripts/build-console.ts ./scripts/
RUN node scripts/build-console.ts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="AI API gateway" \
      org.opencontainers.image.description="An event-sourced, OpenAI-compatible AI API gateway that bills exactly" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY packages ./packages
COPY services ./services
COPY tools/simulator ./tools/simulator
COPY cli ./cli
COPY config ./config
COPY --from=console /app/console/dist ./console/dist
RUN ln -s /app/cli/bin/gatewayctl.js /usr/local/bin/gatewayctl
# A container's own loopback reaches nobody.
# A young generation of 8 MiB a half: with Node's own size the heap grows by 200 MB under load, for nothing.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=8 \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_GRPC_HOST=0.0.0.0 \
    GATEWAY_OPS_HOST=0.0.0.0 \
    HEALTH_URL=http://127.0.0.1:8082/health/ready
# By number, so that an orchestrator sees that it is not root. Files are root's: the process writes nothing but stdout, and
# the root file system may be read-only.
USER 1000:1000
# The public HTTP of the ingress; gRPC; health and metrics.
EXPOSE 8080 8081 8082
# Ready is also who stands by for a leader.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The services handle SIGTERM and start no processes, so they may be a container's first process.
CMD ["node", "services/ingress/src/main.ts"]
