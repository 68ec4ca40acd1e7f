# One host. Settings come from the environment; /data keeps keys and reports, and the embedded database when there is no DATABASE_URL.
FROM node:24-slim AS console

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.base.json ./
COPY scripts/build-console.js scripts/build-console.js
COPY console console
RUN node scripts/build-console.js

FROM node:24-slim

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY bin bin
COPY src src
COPY migrations migrations
COPY --from=console /app/console/dist console/dist

RUN mkdir /data && chown node:node /data
VOLUME /data
# Half of what a signal needs is garbage a moment later: a young generation of this size collects it before it is moved.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=128 GATEHOUSE_DATA_DIR=/data GATEHOUSE_HOST=0.0.0.0 GATEHOUSE_PORT=4800
USER node
EXPOSE 4800

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4800/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Node is process 1 and gets SIGTERM itself; it finishes what is under way within ten seconds.
ENTRYPOINT ["node", "bin/gatehouse.js"]
CMD ["serve"]
