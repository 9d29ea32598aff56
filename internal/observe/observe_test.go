package observe_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/observe"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// metricsOf reads what an observer counted.
func metricsOf(o *observe.Observer) string {
	answer := httptest.NewRecorder()
	o.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}

// TestCounted counts what no test through the front door comes to.
func TestCounted(t *testing.T) {
	t.Parallel()
	o := observe.New("v1", "abc")
	o.LookedUp(true)
	o.LookedUp(false)
	o.Summarized("model", "ok", 1200, 300)
	o.Webhook("complete")
	o.Webhook("what a stranger sent")
	o.Unaudited()
	full := false
	o.Library(func(context.Context) (int, int64, error) {
		if full {
			return 0, 0, errors.New("busy")
		}
		return 7, 4096, nil
	})
	text := metricsOf(o)
	for _, want := range []string{
		`meetmcp_library_lookups_total{result="hit"} 1`, `meetmcp_library_lookups_total{result="miss"} 1`,
		`meetmcp_summaries_total{engine="model",outcome="ok"} 1`, `meetmcp_summary_tokens_total{direction="in"} 1200`, `meetmcp_summary_tokens_total{direction="out"} 300`,
		`meetmcp_webhooks_received_total{event="complete"} 1`, `meetmcp_webhooks_received_total{event="unknown"} 1`,
		"meetmcp_audit_failures_total 1", "meetmcp_library_meetings 7", "meetmcp_library_bytes 4096", `meetmcp_build_info{commit="abc",go="go`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	full = true
	if text := metricsOf(o); strings.Contains(text, "meetmcp_library_meetings") || !strings.Contains(text, "meetmcp_build_info") {
		t.Error("a library that is busy takes the other metrics along, or is made up")
	}
}

// TestNobodyLooks holds that without an observer a trace is passed on all the same.
func TestNobodyLooks(t *testing.T) {
	t.Parallel()
	var nobody *observe.Observer
	ctx, call := nobody.Call(t.Context(), "tools/call", "list_bots", map[string]any{"traceparent": parent}, nil)
	if call.TraceID != parent[3:35] {
		t.Errorf("the trace is %q", call.TraceID)
	}
	call.End("ok")
	nobody.Hold("calls", 1)
	nobody.Limited("reads")
	nobody.Unknown()
	sent := &client.Attempt{Operation: "join", Method: "POST", Try: 1}
	observe.New("", "").Watch(ctx, sent)(nil)
	if got := sent.Header.Get("Traceparent"); got != parent {
		t.Errorf("passed on %q, want %q", got, parent)
	}
	answer := httptest.NewRecorder()
	nobody.HTTP(http.NotFoundHandler()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	if answer.Code != http.StatusNotFound {
		t.Errorf("got %d", answer.Code)
	}
}

// FuzzTraceparent holds that of what a caller says no more than a trace's id is
// taken, and only a well-formed one.
func FuzzTraceparent(f *testing.F) {
	for _, seed := range []string{parent, "", " " + parent + "\n", parent + "-x", strings.ToUpper(parent), "ff" + parent[2:], "00-" + strings.Repeat("0", 32) + parent[35:], strings.Repeat("é", 55)} {
		f.Add(seed, seed)
	}
	o := observe.New("", "")
	f.Fuzz(func(t *testing.T, meta, header string) {
		ctx, call := o.Call(context.Background(), "tools/call", "", map[string]any{"traceparent": meta}, http.Header{"Traceparent": {header}})
		sent := &client.Attempt{Method: "GET"}
		o.Watch(ctx, sent)(nil)
		switch {
		case call.TraceID == "" && sent.Header == nil:
		case len(call.TraceID) != 32 || strings.Trim(call.TraceID, "0123456789abcdef") != "" || !strings.Contains(meta+header, call.TraceID):
			t.Errorf("%q and %q make the trace %q", meta, header, call.TraceID)
		case len(sent.Header.Get("Traceparent")) != 55 || !strings.Contains(sent.Header.Get("Traceparent"), call.TraceID):
			t.Errorf("passed on %q in the trace %s", sent.Header, call.TraceID)
		}
	})
}

// BenchmarkCall is what a call with one request upstream costs.
func BenchmarkCall(b *testing.B) {
	collector := httptest.NewServer(http.NotFoundHandler())
	b.Cleanup(collector.Close)
	traced := observe.New("", "")
	if err := traced.Trace(b.Context(), collector.URL, "bench", slog.New(slog.DiscardHandler)); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := traced.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	for _, row := range []struct {
		name string
		by   *observe.Observer
		meta map[string]any
	}{{"untraced", observe.New("", ""), nil}, {"untraced in a trace", observe.New("", ""), map[string]any{"traceparent": parent}}, {"traced", traced, nil}} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ctx, call := row.by.Call(context.Background(), "tools/call", "list_bots", row.meta, nil)
				row.by.Watch(ctx, &client.Attempt{Operation: "bots_with_metadata", Method: "GET", Try: 1, Status: 200})(nil)
				call.End("ok")
			}
		})
	}
}
