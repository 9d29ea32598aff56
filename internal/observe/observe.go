// Package observe lets whoever runs a server see what it does: metrics, traces
// and health. Nothing that a caller sends, and nothing that is answered, shows
// in any of them.
package observe

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/meetmcp/meetmcp/client"
)

// ok is the outcome of what went well.
const ok = "ok"

// Observer sees what a server does. It is safe for concurrent use. Of what serves
// callers, a nil Observer sees nothing.
type Observer struct {
	*metrics
	tracer trace.Tracer // nil: there are no traces
	stop   func(context.Context) error
}

// New returns an observer that traces nothing yet, of a program in a version.
func New(version, commit string) *Observer {
	return &Observer{metrics: newMetrics(version, commit), stop: func(context.Context) error { return nil }}
}

// Close sends the traces that remain, for as long as ctx lasts.
func (o *Observer) Close(ctx context.Context) error { return o.stop(ctx) }

// Call is one call under way.
type Call struct {
	TraceID string // "" outside any trace

	observer *Observer
	started  time.Time
	method   string // of the protocol
	tool     string
	span     trace.Span // nil without traces
}

// Call starts to watch a call of a method of the protocol, and of a tool if
// tool is one of the catalogue's, else "". It continues the trace that meta or
// header names.
func (o *Observer) Call(ctx context.Context, method, tool string, meta map[string]any, header http.Header) (context.Context, *Call) {
	c := &Call{observer: o, started: time.Now(), method: method, tool: tool}
	ctx = continued(ctx, meta, header)
	if o != nil && o.tracer != nil {
		name, attributes := method, []attribute.KeyValue{attribute.String("mcp.method.name", method)}
		if tool != "" {
			name += " " + tool
			attributes = append(attributes, attribute.String("gen_ai.tool.name", tool))
		}
		ctx, c.span = o.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		c.TraceID = span.TraceID().String()
	}
	return ctx, c
}

// End counts the call.
func (c *Call) End(outcome string) {
	if c.observer != nil {
		c.observer.called(c.method, c.tool, outcome, time.Since(c.started))
	}
	if c.span != nil {
		end(c.span, outcome)
	}
}

func end(span trace.Span, outcome string) {
	if outcome != ok {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", outcome))
	}
	span.End()
}

// Watch watches a request upstream; it is a client's Watch.
func (o *Observer) Watch(ctx context.Context, sent *client.Attempt) func(error) {
	started := time.Now()
	var span trace.Span
	if o.tracer != nil {
		ctx, span = o.tracer.Start(ctx, sent.Method+" "+sent.Operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
			attribute.String("http.request.method", sent.Method),
			attribute.String("meetmcp.operation", sent.Operation),
			attribute.Int("http.request.resend_count", sent.Try-1)))
	}
	sent.Header = passedOn(ctx)
	return func(err error) {
		o.sent(sent, time.Since(started))
		if span == nil {
			return
		}
		outcome := ok
		if err != nil {
			outcome = statusOf(sent.Status)
		}
		if sent.Status != 0 {
			span.SetAttributes(attribute.Int("http.response.status_code", sent.Status))
		}
		end(span, outcome)
	}
}
