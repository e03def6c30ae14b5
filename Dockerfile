# The image of one function: docker build --build-arg FUNCTION=alert-router . (npm run images builds them all)
# BASE_IMAGE is any glibc image with node in its PATH; nothing else of it is used, a shell neither.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS compiled
ARG FUNCTION
# Flags of Node. Machine code is of use only to the flags that it was made with.
ARG NODE_OPTIONS=
ENV NODE_OPTIONS=${NODE_OPTIONS}
WORKDIR /function
COPY dist/${FUNCTION}/ ./
# The machine code of this Node.
RUN ["node", "start.cjs", "--compile"]

FROM ${BASE_IMAGE}
ARG FUNCTION
ARG NODE_OPTIONS=
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="agent-sre ${FUNCTION}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=compiled /function /function
WORKDIR /function
ENV NODE_ENV=production PORT=8080 NODE_OPTIONS=${NODE_OPTIONS}
USER 65532:65532
EXPOSE 8080
# Kubernetes has probes of its own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/readiness`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "start.cjs"]
