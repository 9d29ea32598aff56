package observe

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/meetmcp/meetmcp/client"
)

// metrics are what is counted. A label's value is always one of a few that are
// known beforehand.
type metrics struct {
	registry *prometheus.Registry
	process  sync.Once // registers what is known of the process, when first asked

	calls       *prometheus.CounterVec
	callTime    *prometheus.HistogramVec
	requests    *prometheus.CounterVec
	requestTime *prometheus.HistogramVec
	retries     *prometheus.CounterVec
	answers     *prometheus.CounterVec
	held        *prometheus.GaugeVec
	limits      *prometheus.CounterVec
	lookups     *prometheus.CounterVec
	summaries   *prometheus.CounterVec
	tokens      *prometheus.CounterVec
	webhooks    *prometheus.CounterVec
	unaudited   prometheus.Counter
	lostSpans   prometheus.Counter
}

// seconds are the buckets of durations; a call may take 50 s.
var seconds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25, 50}

func newMetrics(version, commit string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return added(m.registry, prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "meetmcp", Name: name, Help: help}, labels))
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return added(m.registry, prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "meetmcp", Name: name, Help: help, Buckets: seconds}, labels))
	}
	m.calls = counter("calls_total", "Calls that were answered, by method of the protocol, tool and outcome.", "method", "tool", "outcome")
	m.callTime = histogram("call_duration_seconds", "How long calls took.", "method", "tool")
	m.requests = counter("upstream_requests_total", "Requests to the Meeting BaaS API, by operation and status; none when no answer came.", "operation", "status")
	m.requestTime = histogram("upstream_request_duration_seconds", "How long requests to the Meeting BaaS API took.", "operation")
	m.retries = counter("upstream_retries_total", "Requests to the Meeting BaaS API that were sent again.", "operation")
	m.answers = counter("http_requests_total", "HTTP requests that were answered, by path (refused where Host or Origin was), method and status. Event streams count when they end.", "path", "method", "status")
	m.limits = counter("limits_hit_total", "Requests and calls that were refused as a limit was reached.", "limit")
	m.lookups = counter("library_lookups_total", "Meetings that were looked for in the library, by result: hit or miss.", "result")
	m.summaries = counter("summaries_total", "Summaries, by engine and outcome.", "engine", "outcome")
	m.tokens = counter("summary_tokens_total", "Tokens of the model that summarizes, by direction: in or out.", "direction")
	m.webhooks = counter("webhooks_received_total", "Webhooks that were taken in, by event.", "event")
	m.held = added(m.registry, prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "meetmcp", Name: "open",
		Help: "What callers over HTTP have open: calls, event streams, sessions and subscriptions."}, []string{"kind"}))
	m.unaudited = added(m.registry, prometheus.NewCounter(prometheus.CounterOpts{Namespace: "meetmcp", Name: "audit_failures_total",
		Help: "Lines that could not be written to the audit log."}))
	m.lostSpans = added(m.registry, prometheus.NewCounter(prometheus.CounterOpts{Namespace: "meetmcp", Name: "lost_spans_total",
		Help: "Spans that could not be delivered."}))
	added(m.registry, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "meetmcp", Name: "build_info", Help: "What runs; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit, "go": runtime.Version()}}, func() float64 { return 1 }))
	return m
}

func added[C prometheus.Collector](to *prometheus.Registry, c C) C {
	to.MustRegister(c)
	return c
}

// Metrics answers the metrics, for Prometheus.
func (o *Observer) Metrics() http.Handler {
	o.process.Do(func() {
		o.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	})
	return promhttp.HandlerFor(o.registry, promhttp.HandlerOpts{})
}

func (m *metrics) called(method, tool, outcome string, took time.Duration) {
	m.calls.WithLabelValues(method, tool, outcome).Inc()
	m.callTime.WithLabelValues(method, tool).Observe(took.Seconds())
}

func (m *metrics) sent(a *client.Attempt, took time.Duration) {
	m.requests.WithLabelValues(a.Operation, statusOf(a.Status)).Inc()
	m.requestTime.WithLabelValues(a.Operation).Observe(took.Seconds())
	if a.Try > 1 {
		m.retries.WithLabelValues(a.Operation).Inc()
	}
}

// statusOf is an HTTP status, or none when no answer came.
func statusOf(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}

// Unknown counts a call of a tool that is not there.
func (o *Observer) Unknown() {
	if o != nil {
		o.calls.WithLabelValues("tools/call", "unknown", "refused").Inc()
	}
}

// Hold counts that by more of a kind are open: calls, event streams, sessions or
// subscriptions.
func (o *Observer) Hold(kind string, by int) {
	if o != nil {
		o.held.WithLabelValues(kind).Add(float64(by))
	}
}

// Limited counts that a limit of this name refused something.
func (o *Observer) Limited(limit string) {
	if o != nil {
		o.limits.WithLabelValues(limit).Inc()
	}
}

// Unaudited counts a line that could not be written to the audit log.
func (o *Observer) Unaudited() { o.unaudited.Inc() }

// LookedUp counts a meeting that was looked for in the library.
func (o *Observer) LookedUp(found bool) {
	result := "miss"
	if found {
		result = "hit"
	}
	o.lookups.WithLabelValues(result).Inc()
}

// Summarized counts a summary, by the name of its engine, and the tokens that a
// model read and wrote for it.
func (o *Observer) Summarized(engine, outcome string, in, out int) {
	o.summaries.WithLabelValues(engine, outcome).Inc()
	o.tokens.WithLabelValues("in").Add(float64(in))
	o.tokens.WithLabelValues("out").Add(float64(out))
}

// Webhook counts a webhook that was taken in.
func (o *Observer) Webhook(event string) {
	switch event {
	case "bot.status_change", "complete", "failed", "transcription_complete", "calendar.sync_events":
	default:
		event = "unknown"
	}
	o.webhooks.WithLabelValues(event).Inc()
}

// Measure adds a number that is read when somebody asks: a counter where its name
// ends in _total, else one that goes up and down. It is to be called once for each.
func (o *Observer) Measure(name, help string, value func() int64) {
	read := func() float64 { return float64(value()) }
	if strings.HasSuffix(name, "_total") {
		o.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "meetmcp", Name: name, Help: help}, read))
		return
	}
	o.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "meetmcp", Name: name, Help: help}, read))
}

// Library has the metrics tell what a library holds, of all its tenants
// together. It is to be called once.
func (o *Observer) Library(holds func(context.Context) (meetings int, bytes int64, err error)) {
	o.registry.MustRegister(&libraryCollector{holds,
		prometheus.NewDesc("meetmcp_library_meetings", "Meetings in the library.", nil, nil),
		prometheus.NewDesc("meetmcp_library_bytes", "Size of the library.", nil, nil)})
}

// libraryCollector looks when it is asked, so that nothing is counted twice.
type libraryCollector struct {
	holds           func(context.Context) (int, int64, error)
	meetings, bytes *prometheus.Desc
}

func (l *libraryCollector) Describe(to chan<- *prometheus.Desc) {
	to <- l.meetings
	to <- l.bytes
}

func (l *libraryCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	meetings, bytes, err := l.holds(ctx)
	if err != nil {
		return // it is busy; the next time will tell
	}
	to <- prometheus.MustNewConstMetric(l.meetings, prometheus.GaugeValue, float64(meetings))
	to <- prometheus.MustNewConstMetric(l.bytes, prometheus.GaugeValue, float64(bytes))
}
