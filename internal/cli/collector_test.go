package cli_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	collect "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
)

// collector takes traces as an OpenTelemetry collector does.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	raw   strings.Builder
	spans []*trace.Span
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Errorf("spans came broken: %v", err)
				return
			}
			body = unpacked
		}
		raw, err := io.ReadAll(body)
		var request collect.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(raw, &request) != nil {
			t.Errorf("%s %s: not what a collector takes (%v)", r.Method, r.URL.Path, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.raw.Write(raw)
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// tree writes spans as "name [attribute=value …] {span below it}", in their order.
func (c *collector) tree(parent []byte) string {
	var all []string
	for _, s := range c.spans {
		if string(s.ParentSpanId) != string(parent) {
			continue
		}
		var attributes []string
		for _, a := range s.Attributes {
			value := a.Value.GetStringValue()
			if value == "" {
				value = fmt.Sprint(a.Value.GetIntValue())
			}
			attributes = append(attributes, a.Key+"="+value)
		}
		text := s.Name + " " + fmt.Sprint(attributes)
		if below := c.tree(s.SpanId); below != "" {
			text += " {" + below + "}"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// recorded is the sandbox behind a proxy that keeps the headers of requests.
type recorded struct {
	*sandbox.Sandbox
	env     []string
	repeats func(n int) bool // whether the nth request is refused with all that it said
	mu      sync.Mutex
	headers []http.Header
}

// anyKey passes requests on to the sandbox, whatever their key.
func anyKey(t testing.TB, box *sandbox.Sandbox) http.Handler {
	t.Helper()
	to, err := url.Parse(box.URL())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &httputil.ReverseProxy{Transport: transport, Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(to)
		p.Out.Header.Set(client.KeyHeader, sandbox.Key)
	}}
}

func newRecorded(t *testing.T, key string) *recorded {
	t.Helper()
	r := &recorded{}
	r.Sandbox, r.env = upstreamAPI(t, key)
	proxy := anyKey(t, r.Sandbox)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.headers = append(r.headers, request.Header.Clone())
		repeats := r.repeats != nil && r.repeats(len(r.headers))
		r.mu.Unlock()
		if repeats {
			body, _ := io.ReadAll(request.Body)
			http.Error(w, fmt.Sprintf(`{"error":%q,"message":%q}`, request.Header.Get(client.KeyHeader), body), http.StatusBadRequest)
			return
		}
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(front.Close)
	r.env = append(r.env, "MEETING_BAAS_BASE_URL="+front.URL)
	return r
}

// take returns the traceparents of the requests since.
func (r *recorded) take() (parents []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.headers {
		parents = append(parents, h.Get("Traceparent")+h.Get("Tracestate")+h.Get("Baggage"))
	}
	r.headers = nil
	return parents
}

// speaker calls a server over /mcp by hand.
type speaker struct {
	t      *testing.T
	url    string
	header http.Header
	id     int
}

func speak(t *testing.T, url, key string) *speaker {
	t.Helper()
	s := &speaker{t: t, url: url, header: http.Header{"Content-Type": {"application/json"}}}
	if access.IsToken(key) {
		s.header.Set("Authorization", "Bearer "+key)
	} else {
		s.header.Set(client.KeyHeader, key)
	}
	status, header, body := ask(t, "POST", url+"/mcp", s.header, helloJSON)
	if status != 200 {
		t.Fatalf("initialize: %d %s", status, body)
	}
	s.header.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id"))
	return s
}

// call calls a tool, with more in its params and in the headers.
func (s *speaker) call(tool, args, more string, header http.Header) string {
	s.t.Helper()
	s.id++
	all := s.header.Clone()
	for name, values := range header {
		all[name] = values
	}
	_, _, body := ask(s.t, "POST", s.url+"/mcp", all, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s%s}}`, s.id, tool, args, more))
	return body
}
