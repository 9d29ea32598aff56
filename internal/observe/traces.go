package observe

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Trace sends traces, from now on, to an OTLP endpoint: a URL to which spans are
// posted as protobuf. The OpenTelemetry SDK takes what else there is to say from
// the variables that it documents: OTEL_EXPORTER_OTLP_HEADERS,
// OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME and others.
func (o *Observer) Trace(ctx context.Context, endpoint, version string, log *slog.Logger) error {
	to, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return fmt.Errorf("send traces to %s: %w", endpoint, err)
	}
	about, err := resource.Merge(
		resource.NewSchemaless(attribute.String("service.name", "meetmcp"), attribute.String("service.version", version)),
		resource.Environment())
	if err != nil {
		return fmt.Errorf("describe the source of traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(&exporter{SpanExporter: to, log: log, observer: o}), sdktrace.WithResource(about))
	o.tracer, o.stop = provider.Tracer("github.com/meetmcp/meetmcp"), provider.Shutdown
	return nil
}

// exporter tells the log when traces begin to get lost, and when no more.
type exporter struct {
	sdktrace.SpanExporter
	log      *slog.Logger
	observer *Observer
	failing  atomic.Bool
}

func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err != nil:
		e.observer.lostSpans.Add(float64(len(spans)))
		if !e.failing.Swap(true) {
			e.log.Warn("traces are not delivered, and are lost until this is told to be over", "error", err)
		}
	case e.failing.Swap(false):
		e.log.Info("traces are delivered again")
	}
	return nil // or the SDK would write to standard error
}

// traceparent is the one header by which a trace is continued. Others, such as
// tracestate and baggage, hold what callers like, and go no further.
const traceparent = "traceparent"

// parent carries a traceparent.
type parent string

func (p parent) Get(name string) string {
	if name == traceparent {
		return string(p)
	}
	return ""
}

func (p parent) Set(string, string) {}

func (p parent) Keys() []string { return []string{traceparent} }

// continued returns ctx in the trace that a request names: in its _meta, or else
// in a header.
func continued(ctx context.Context, meta map[string]any, header http.Header) context.Context {
	named, _ := meta[traceparent].(string)
	if named == "" {
		named = header.Get(traceparent)
	}
	if named == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, parent(strings.TrimSpace(named)))
}

// passedOn is by what the API continues the trace of ctx; nil outside any.
func passedOn(ctx context.Context) http.Header {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return nil
	}
	carried := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carried)
	return http.Header{http.CanonicalHeaderKey(traceparent): {carried[traceparent]}}
}
