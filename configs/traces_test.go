package configs_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/configs"
)

func TestTraces(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ flag, env, endpoint, left string }{
		{"", "", "", ""},
		{"http://c:4318", "", "http://c:4318/v1/traces", ""},
		{"https://c/otlp/", "OTEL_EXPORTER_OTLP_ENDPOINT=http://other:4318", "https://c/otlp/v1/traces", ""},
		{"http://c:4318", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_SDK_DISABLED=true", "http://c:4318/v1/traces", ""}, // who asks for it gets it
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "http://c:4318/v1/traces", ""},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318/ OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "http://c:4318/v1/traces", ""},
		{"", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://t:1/x OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "http://t:1/x", ""},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_SDK_DISABLED=true", "", ""},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_EXPORTER=none", "", ""},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_EXPORTER=otlp", "http://c:4318/v1/traces", ""},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "", "protocol"},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", "http://c:4318/v1/traces", ""},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=c:4317", "", "OTEL_EXPORTER_OTLP_ENDPOINT is not an address"},
		{"", "OTEL_EXPORTER_OTLP_ENDPOINT=http://me:secret@c:4318", "", "OTEL_EXPORTER_OTLP_ENDPOINT is not an address"},
		{"", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=x", "", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an address"},
	} {
		args := []string{"stdio", "--sandbox"}
		if row.flag != "" {
			args = append(args, "--otlp-endpoint", row.flag)
		}
		config, err := configs.Load(args, configs.Host{Env: strings.Fields(row.env)})
		if err != nil {
			t.Errorf("%+v: %v", row, err)
			continue
		}
		if got := config.Traces; got.Endpoint != row.endpoint || !strings.Contains(got.Left, row.left) || (got.Left == "") != (row.left == "") || strings.Contains(got.Left, "secret") {
			t.Errorf("%+v: got %+v", row, got)
		}
	}
}
