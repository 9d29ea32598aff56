package configs

import "strconv"

// tracesPath is where below its address an OTLP endpoint takes traces.
const tracesPath = "/v1/traces"

// Traces is where OpenTelemetry traces go.
type Traces struct {
	Endpoint string // to which spans are posted; "" when there are none
	Left     string // why what the environment says of it is not followed; "" when it is
}

// traces finds where traces go. Of the variables that every OpenTelemetry program
// reads, these say so; as they may be meant for others, none of them is a mistake.
func (c *checker) traces(flag string) Traces {
	if flag != "" {
		base, ok := baseURL(flag)
		if !ok {
			c.wrong("--otlp-endpoint must be an address such as http://127.0.0.1:4318, without a user, ? or #. What the collector wants to know of you goes into OTEL_EXPORTER_OTLP_HEADERS.")
		}
		return Traces{Endpoint: base + tracesPath}
	}
	disabled, _ := strconv.ParseBool(c.env["OTEL_SDK_DISABLED"])
	exporter := c.env["OTEL_TRACES_EXPORTER"]
	if disabled || exporter != "" && exporter != "otlp" {
		return Traces{}
	}
	own, general := c.env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"], c.env["OTEL_EXPORTER_OTLP_ENDPOINT"]
	if own == "" && general == "" {
		return Traces{}
	}
	protocol := c.env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"]
	if protocol == "" {
		protocol = c.env["OTEL_EXPORTER_OTLP_PROTOCOL"]
	}
	if protocol != "" && protocol != "http/protobuf" {
		return Traces{Left: "OTEL_EXPORTER_OTLP_PROTOCOL asks for a protocol other than http/protobuf; --otlp-endpoint names an endpoint for that"}
	}
	name, text, path := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", own, ""
	if own == "" {
		name, text, path = "OTEL_EXPORTER_OTLP_ENDPOINT", general, tracesPath
	}
	base, ok := baseURL(text)
	if !ok {
		return Traces{Left: name + " is not an address such as http://127.0.0.1:4318"}
	}
	return Traces{Endpoint: base + path}
}
