# One static binary, on nothing but certificates: no shell, no root.
#
#   docker build -t meetmcp .
#   docker run -i --rm -e MEETING_BAAS_API_KEY meetmcp stdio
#   docker run --rm meetmcp demo
#
# For serve see docs/hosting.md and docs/deploy/compose.yaml. Without a command it
# is stdio for whoever connects its input (-i), and else says what there is.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The version and the commit, which 'meetmcp version' shows, come from .git.
RUN make build OUT=/meetmcp

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="meetmcp" \
      org.opencontainers.image.description="An MCP server that lets AI agents work with meetings through the Meeting BaaS API" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /meetmcp /meetmcp
USER 65532:65532
EXPOSE 8787
# Everything else is set by MEETMCP_… variables; beyond this machine --auth is a must.
ENV MEETMCP_SERVE_ADDR=:8787 MEETMCP_LOG_FORMAT=json
ENTRYPOINT ["/meetmcp"]
