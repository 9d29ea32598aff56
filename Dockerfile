# One static binary, on nothing but certificates: no shell, no root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /meetmcp .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /meetmcp /meetmcp
USER nonroot
EXPOSE 8787
# Everything else is set by MEETMCP_… variables; beyond this machine --auth is a must.
ENV MEETMCP_SERVE_ADDR=:8787 MEETMCP_LOG_FORMAT=json
ENTRYPOINT ["/meetmcp"]
CMD ["serve"]
