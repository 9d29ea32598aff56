package cli_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client/sandbox"
)

// metricsOf reads the metrics of this program, without their numbers of buckets.
func metricsOf(t *testing.T, url string) string {
	t.Helper()
	status, _, text := ask(t, "GET", url, nil, "")
	if status != 200 {
		t.Fatalf("%s: %d %s", url, status, text)
	}
	return text
}

const (
	aTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	aSpan  = "00f067aa0ba902b7"
)

// TestSeeing makes a few calls of a shared server, and looks at all that tells of
// them: metrics, traces, the audit log and the log.
func TestSeeing(t *testing.T) {
	api, traces := newRecorded(t, sandbox.Key), newCollector(t)
	book := filepath.Join(t.TempDir(), "audit.jsonl")
	url, log, stop := serving(t, api.env, "--auth", "key", "--audit-log", book, "--otlp-endpoint", traces.URL,
		"--metrics-addr", "127.0.0.1:0", "--pprof-addr", "127.0.0.1:0", "--limit-writes", "2", "--max-bots-per-hour", "1")
	metrics := "http://" + log.find(t, `serving metrics address=(\S+)`)
	profiles := "http://" + log.find(t, `serving profiles address=(\S+)`)

	s := speak(t, url, sandbox.Key)
	api.take() // the key was tried
	inMeta := `,"_meta":{"traceparent":"00-` + aTrace + `-` + aSpan + `-01","tracestate":"x=y","baggage":"b=c"}`
	s.call("list_bots", `{"limit":2}`, inMeta, http.Header{"Traceparent": {"00-" + strings.Repeat("1", 32) + "-" + aSpan + "-01"}})
	for _, parent := range api.take() {
		if !strings.HasPrefix(parent, "00-"+aTrace+"-") || len(parent) != 55 || strings.Contains(parent, aSpan) {
			t.Errorf("the API was told of %q, want the trace of _meta and a span of ours", parent)
		}
	}
	s.call("list_calendars", `{}`, "", http.Header{"Traceparent": {"00-" + aTrace + "-" + aSpan + "-01"}, "Tracestate": {"x=y"}})
	for _, parent := range api.take() {
		if !strings.HasPrefix(parent, "00-"+aTrace+"-") || len(parent) != 55 {
			t.Errorf("the API was told of %q, want the trace of the header", parent)
		}
	}
	api.Refuse(503, 1)
	s.call("get_meeting_data", `{"bot_id":"latest"}`, "", http.Header{"Traceparent": {"nonsense"}})
	s.call("get_meeting_data", `{"bot_id":"nobody"}`, "", nil)
	const join = `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"`
	s.call("join_meeting", join+`,"webhook_url":"https://evil.example.net/"}`, "", nil)
	s.call("join_meeting", join+`}`, "", nil)
	s.call("join_meeting", join+`}`, "", nil) // a third write within the minute
	s.call("no_such_tool", `{}`, "", nil)
	s.call("get_transcript", `{"bot_id":"latest"}`, "", nil)
	s.call("get_transcript", `{"bot_id":"latest"}`, "", nil)
	s.call("summarize_meeting", `{"bot_id":"latest"}`, "", nil)

	text := metricsOf(t, metrics+"/metrics")
	for _, want := range []string{
		`meetmcp_calls_total{method="tools/call",outcome="ok",tool="list_bots"} 1`,
		`meetmcp_calls_total{method="tools/call",outcome="ok",tool="get_meeting_data"} 1`,
		`meetmcp_calls_total{method="tools/call",outcome="tool error",tool="get_meeting_data"} 1`,
		`meetmcp_calls_total{method="tools/call",outcome="tool error",tool="join_meeting"} 1`,
		`meetmcp_calls_total{method="tools/call",outcome="refused",tool="unknown"} 1`,
		`meetmcp_call_duration_seconds_count{method="tools/call",tool="list_bots"} 1`,
		`meetmcp_upstream_requests_total{operation="bots_with_metadata",status="503"} 1`,
		`meetmcp_upstream_requests_total{operation="get_meeting_data",status="404"} 1`,
		`meetmcp_upstream_requests_total{operation="join",status="200"} 1`,
		`meetmcp_upstream_retries_total{operation="bots_with_metadata"} 1`,
		`meetmcp_upstream_request_duration_seconds_count{operation="list_calendars"} 1`,
		`meetmcp_limits_hit_total{limit="writes"} 1`,
		`meetmcp_library_lookups_total{result="miss"} 1`, `meetmcp_library_lookups_total{result="hit"} 2`, `meetmcp_library_meetings 1`, `meetmcp_library_bytes `,
		`meetmcp_summaries_total{engine="extractive",outcome="ok"} 1`, `meetmcp_summary_tokens_total{direction="in"} 0`,
		`meetmcp_open{kind="sessions"} 1`, `meetmcp_open{kind="calls"} 0`,
		`meetmcp_http_requests_total{method="POST",path="/mcp",status="200"}`,
		`meetmcp_http_requests_total{method="POST",path="/mcp",status="429"} 1`,
		`meetmcp_content_bytes 0`, `meetmcp_content_refused_total 0`, `meetmcp_turns_total `, `meetmcp_turns_waiting 0`,
		`meetmcp_bodies 0`, `meetmcp_bodies_bytes 0`, `meetmcp_bodies_refused_total 0`,
		`meetmcp_build_info{`, `go_goroutines`, `meetmcp_audit_failures_total 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 404} {
		if status, _, body := ask(t, "GET", metrics+path, nil, ""); status != want {
			t.Errorf("%s beside the metrics: got %d %s, want %d", path, status, body, want)
		}
	}
	if status, _, _ := ask(t, "GET", url+"/metrics", nil, ""); status != 404 {
		t.Errorf("/metrics at both addresses: got %d, want 404", status)
	}
	if status, _, body := ask(t, "GET", profiles+"/debug/pprof/goroutine?debug=1", nil, ""); status != 200 || !strings.Contains(body, "goroutine profile") {
		t.Errorf("profiles: got %d %.80s", status, body)
	}
	for _, at := range []string{metrics + "/metrics", profiles + "/debug/pprof/"} {
		if status, _, _ := ask(t, "GET", at, http.Header{"Host": {"evil.example.net"}}, ""); status != 403 {
			t.Errorf("%s for a page of another name: got %d, want 403", at, status)
		}
		if status, _, _ := ask(t, "POST", at, nil, ""); status != 405 {
			t.Errorf("POST %s: got %d, want 405", at, status)
		}
	}

	stop()
	traces.mu.Lock()
	defer traces.mu.Unlock()
	parent := []byte{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}
	if got, want := traces.tree(parent), `tools/call list_bots [mcp.method.name=tools/call gen_ai.tool.name=list_bots] {GET bots_with_metadata [http.request.method=GET meetmcp.operation=bots_with_metadata http.request.resend_count=0 http.response.status_code=200]} `+
		`tools/call list_calendars [mcp.method.name=tools/call gen_ai.tool.name=list_calendars] {GET list_calendars [http.request.method=GET meetmcp.operation=list_calendars http.request.resend_count=0 http.response.status_code=200]}`; got != want {
		t.Errorf("in the callers' traces: got\n%s\nwant\n%s", got, want)
	}
	if got := traces.tree(nil); !strings.Contains(got, "{GET bots_with_metadata [http.request.method=GET meetmcp.operation=bots_with_metadata http.request.resend_count=0 http.response.status_code=503 error.type=503] GET bots_with_metadata [http.request.method=GET meetmcp.operation=bots_with_metadata http.request.resend_count=1 http.response.status_code=200]") ||
		!strings.Contains(got, "gen_ai.tool.name=join_meeting error.type=tool error] tools/call join_meeting [mcp.method.name=tools/call gen_ai.tool.name=join_meeting] {POST join [") {
		t.Errorf("in traces of their own: %s", got)
	}

	written, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	var decided []string
	for line := range strings.Lines(string(written)) {
		var r struct {
			Time, Who, Tool, Address, Effect, Decision, Outcome string
			Limit                                               string `json:"limit"`
			TraceID                                             string `json:"trace_id"`
			RequestID                                           string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		decided = append(decided, strings.TrimSpace(strings.Join([]string{r.Tool, r.Effect, r.Decision, r.Outcome, r.Limit}, " ")))
		if !regexp.MustCompile(`^[0-9A-Za-z_-]{16,}$`).MatchString(r.Who) || strings.Contains(r.Who, sandbox.Key) || r.Time == "" {
			t.Errorf("who is %q, when is %q", r.Who, r.Time)
		}
		if r.Address != "127.0.0.1" {
			t.Errorf("the call comes from %q", r.Address)
		}
		if r.Limit != "writes" && !strings.Contains(log.String(), " who="+r.Who) {
			t.Errorf("the log does not tell who called: %s", line)
		}
		if r.Limit != "writes" && (len(r.TraceID) != 32 || !strings.Contains(log.String(), "request_id="+r.RequestID+" trace_id="+r.TraceID)) {
			t.Errorf("the log does not tell of %s", line)
		}
	}
	if want := []string{"list_bots reads allowed ok", "list_calendars reads allowed ok", "get_meeting_data reads allowed ok", "get_meeting_data reads allowed tool error",
		"join_meeting writes refused by policy tool error", "join_meeting writes allowed ok", "join_meeting writes refused by limit refused writes", "get_transcript reads allowed ok", "get_transcript reads allowed ok", "summarize_meeting reads allowed ok"}; !slices.Equal(decided, want) {
		t.Errorf("the audit log has\n%q\nwant\n%q", decided, want)
	}
}

// TestMetricsHere reads metrics at the address of the server itself, which only
// programs on its machine may.
func TestMetricsHere(t *testing.T) {
	url, _, _ := serving(t, nil, "--sandbox", "--auth", "key", "--public-url", "https://mcp.example.org")
	proxied, _, _ := serving(t, nil, "--sandbox", "--auth", "key", "--public-url", "https://mcp.example.org", "--trusted-proxies", "10.0.0.1")
	for _, row := range []struct {
		url    string
		header http.Header
		want   int
	}{
		{url, nil, 200},
		{url, http.Header{"Host": {"mcp.example.org"}}, 403},
		{url, http.Header{"X-Forwarded-For": {"203.0.113.7"}}, 403},
		{url, http.Header{"Forwarded": {"for=203.0.113.7"}}, 403},
		{url, http.Header{"Via": {"1.1 proxy"}}, 403},
		{url, http.Header{"Origin": {"https://evil.example.net"}}, 403},
		{proxied, nil, 403},
	} {
		if status, _, body := ask(t, "GET", row.url+"/metrics", row.header, ""); status != row.want || (status == 200) != strings.Contains(body, "meetmcp_build_info") {
			t.Errorf("%v: got %d %.200s, want %d", row.header, status, body, row.want)
		}
	}
}

// TestReady holds that a server is ready while the API answers it, and says so
// without a caller's help.
func TestReady(t *testing.T) {
	s, env := upstreamAPI(t, sandbox.Key)
	url, _, _ := serving(t, env)
	if status, _, body := ask(t, "GET", url+"/readyz", nil, ""); status != 200 || body != `{"status":"ready","checks":{"upstream":"ok"}}` {
		t.Errorf("got %d %s", status, body)
	}
	before := len(s.Requests())
	for range 20 {
		ask(t, "GET", url+"/readyz", nil, "")
	}
	if asked := len(s.Requests()) - before; asked > 1 {
		t.Errorf("20 questions asked the API %d times", asked)
	}
	gone, log, _ := serving(t, []string{"MEETING_BAAS_API_KEY=" + canary, "MEETING_BAAS_BASE_URL=http://127.0.0.1:1"})
	if status, _, body := ask(t, "GET", gone+"/readyz", nil, ""); status != 503 || body != `{"status":"not ready","checks":{"upstream":"failing"}}` {
		t.Errorf("without the API: got %d %s", status, body)
	}
	if status, _, _ := ask(t, "GET", gone+"/healthz", nil, ""); status != 200 {
		t.Errorf("without the API: up is %d, want 200", status)
	}
	if !strings.Contains(log.String(), "cannot be reached") {
		t.Errorf("the log does not say why: %s", log.String())
	}
}

// TestLogsOfStdio holds that stdio and call keep an audit log, too, and that traces
// which the environment names for other programs do not stand in the way.
func TestAuditOfStdio(t *testing.T) {
	book := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, row := range []struct {
		env    []string
		args   []string
		code   int
		errOut string
	}{
		{nil, []string{"call", "list_bots", "--sandbox", "--audit-log", book}, 0, ""},
		{nil, []string{"call", "list_bots", "--sandbox", "--audit-log", "stderr"}, 0, `"tool":"list_bots","effect":"reads","decision":"allowed","outcome":"ok"`},
		{nil, []string{"call", "list_bots", "--sandbox", "--audit-log", filepath.Dir(book)}, 1, "is no file (--audit-log)"},
		{[]string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"}, []string{"stdio", "--sandbox"}, 0, "there are no traces"},
		{[]string{"OTEL_EXPORTER_OTLP_ENDPOINT=127.0.0.1:4317"}, []string{"stdio", "--sandbox"}, 0, "OTEL_EXPORTER_OTLP_ENDPOINT is not an address"},
		{nil, []string{"stdio", "--sandbox", "--otlp-endpoint", "http://me:" + canary + "@127.0.0.1:4318"}, 2, "--otlp-endpoint must be an address"},
		{nil, []string{"serve", "--sandbox", "--pprof-addr", "0.0.0.0:1"}, 2, "--pprof-addr: 0.0.0.0:1 can be reached from other machines"},
		{nil, []string{"serve", "--sandbox", "--metrics-addr", "x"}, 2, "--metrics-addr"},
	} {
		code, out, errOut := run(t.Context(), "", row.env, row.args...)
		if code != row.code || !strings.Contains(errOut, row.errOut) || strings.Contains(out+errOut, canary) {
			t.Errorf("%q: got %d %s, want %d %s", row.args, code, errOut, row.code, row.errOut)
		}
	}
	written, err := os.ReadFile(book)
	if err != nil || !strings.Contains(string(written), `"who":"local","tool":"list_bots"`) {
		t.Errorf("the audit log has %s, %v", written, err)
	}
}

// TestCollectorAway holds that a collector which does not answer costs no call, and
// delays the end by 2 s at most.
func TestCollectorAway(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hung := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-ctx.Done() }))
	t.Cleanup(hung.Close)
	t.Cleanup(cancel)
	for _, at := range []string{hung.URL, "http://127.0.0.1:1"} {
		code, out, errOut := run(t.Context(), hello+`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_bots","arguments":{}}}`+"\n", nil, "stdio", "--sandbox", "--otlp-endpoint", at)
		if code != 0 || !strings.Contains(out, `"id":2,"result"`) || !strings.Contains(errOut, "traces") {
			t.Errorf("%s: got %d\n%s\n%s", at, code, out, errOut)
		}
	}
}
