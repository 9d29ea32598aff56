package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/serve"
)

// keyDoor is the door of the sandbox's two keys.
func keyDoor(t *testing.T) access.Door {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := client.New(s.URL(), client.Secret{}, nil)
	t.Cleanup(func() {
		api.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return access.NewKeys(api, access.Namer("of this test"), time.Now)
}

// newShared is a server for callers with keys.
func newShared(t *testing.T) *web {
	t.Helper()
	return newWeb(t, func(_ *serve.Server, o *serve.Web) { o.Door, o.Limits = keyDoor(t), serve.Limits{} })
}

// caller is one program with a key, over one transport.
type caller struct {
	web     *web
	key     string
	http    *http.Client
	headers http.Header
	path    string
	events  *bufio.Reader // of the stream on which answers come; nil when they come at once
}

const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`

func (w *web) caller(t *testing.T, key, over string) *caller {
	t.Helper()
	c := &caller{web: w, key: key, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}, path: "/mcp",
		headers: http.Header{client.KeyHeader: {key}, "Content-Type": {"application/json"}}}
	t.Cleanup(c.http.CloseIdleConnections)
	switch over {
	case "modern":
		c.headers["Mcp-Protocol-Version"], c.headers["Mcp-Method"], c.headers["Mcp-Name"] = []string{"2026-07-28"}, []string{"tools/call"}, []string{"list_bots"}
	case "session":
		_, header, body := c.send(t, "POST", "/mcp", hello)
		if c.headers.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id")); header.Get("Mcp-Session-Id") == "" {
			t.Fatalf("no session: %s", body)
		}
	case "sse":
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.addr+"/sse", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{client.KeyHeader: {key}}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { answer.Body.Close() })
		c.events = bufio.NewReader(answer.Body)
		c.path = c.event(t)
	}
	return c
}

const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

func (c *caller) event(t *testing.T) string {
	for {
		line, err := c.events.ReadString('\n')
		if err != nil {
			t.Errorf("the stream broke: %v", err)
			return ""
		}
		if data, ok := strings.CutPrefix(line, "data:"); ok && !strings.Contains(data, `"method":"ping"`) {
			return strings.TrimSpace(data)
		}
	}
}

func (c *caller) send(t *testing.T, method, path, body string) (int, http.Header, string) {
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+c.web.addr+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, nil, ""
	}
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header = c.headers
	answer, err := c.http.Do(r)
	if err != nil {
		t.Error(err)
		return 0, nil, ""
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return answer.StatusCode, answer.Header, string(raw)
}

// call calls a tool, and returns the whole answer.
func (c *caller) call(t *testing.T, id int, tool, name string) string {
	meta := ""
	if c.headers["Mcp-Method"] != nil {
		meta = "," + modernMeta
	}
	_, _, answer := c.send(t, "POST", c.path, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":{"name":%q}%s}}`, id, tool, name, meta))
	if c.events != nil {
		answer = c.event(t)
	}
	return answer
}

// each is how many calls each of 1,000 workers makes in TestTwoCallersAtOnce.
var each = flag.Int("each", 10, "calls of each of 1,000 workers")

// TestTwoCallersAtOnce has two callers over every transport make calls with the
// same ids side by side: each answer is the caller's own.
func TestTwoCallersAtOnce(t *testing.T) {
	w := newShared(t)
	door := keyDoor(t)
	ids := map[string]string{}
	for _, key := range []string{sandbox.Key, "sandbox-2"} {
		p, err := door.Admit(t.Context(), access.Credential{Scheme: access.Key, Secret: client.NewSecret(key)})
		if err != nil {
			t.Fatal(err)
		}
		ids[key] = p.ID
	}
	if ids[sandbox.Key] == ids["sandbox-2"] {
		t.Fatal("two keys are one principal")
	}
	var answers atomic.Int64
	var group sync.WaitGroup
	for i := range 1000 {
		key := []string{sandbox.Key, "sandbox-2"}[i%2]
		c := w.caller(t, key, []string{"modern", "session", "sse", "modern"}[i/2%4])
		group.Go(func() {
			for id := range *each {
				name := fmt.Sprintf("worker %d", i)
				got := c.call(t, id, "list_bots", name)
				var answer struct {
					ID     int
					Result struct{ Content []struct{ Text string } }
				}
				err := json.Unmarshal([]byte(got), &answer)
				want := fmt.Sprintf("echo %s, %s with %s", name, ids[key], key)
				if err != nil || answer.ID != id || len(answer.Result.Content) != 1 || answer.Result.Content[0].Text != want {
					t.Errorf("%s, id %d: got %s (%v), want %s", name, id, got, err, want)
					return
				}
				answers.Add(1)
			}
		})
	}
	group.Wait()
	t.Logf("%d answers", answers.Load())
}

// TestNotYours has one caller use what is another's.
func TestNotYours(t *testing.T) {
	w := newShared(t)
	mine := map[string]*caller{"session": w.caller(t, sandbox.Key, "session"), "sse": w.caller(t, sandbox.Key, "sse")}
	other := w.caller(t, "sandbox-2", "session")
	ended := make(chan string, 2)
	for over, c := range mine {
		go func() { ended <- over + c.call(t, 1, "block", over) }()
		receive(t, w.started)
	}
	own := other.headers.Get("Mcp-Session-Id")
	cancel := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`
	for _, row := range []struct {
		what, method, path, session, body string
		want                              int
	}{
		{"call in another's session", "POST", "/mcp", mine["session"].headers.Get("Mcp-Session-Id"), call(1, "list_bots", "x"), 404},
		{"answer in another's session", "POST", "/mcp", mine["session"].headers.Get("Mcp-Session-Id"), `{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`, 404},
		{"cancel in another's session", "POST", "/mcp", mine["session"].headers.Get("Mcp-Session-Id"), cancel, 404},
		{"read another's events", "GET", "/mcp", mine["session"].headers.Get("Mcp-Session-Id"), "", 404},
		{"end another's session", "DELETE", "/mcp", mine["session"].headers.Get("Mcp-Session-Id"), "", 404},
		{"call on another's stream", "POST", mine["sse"].path, "", call(1, "list_bots", "x"), 404},
		{"cancel on another's stream", "POST", mine["sse"].path, "", cancel, 404},
		{"cancel the same id", "POST", "/mcp", own, cancel, 202},
		{"cancel without a session", "POST", "/mcp", "", cancel, 202},
		{"a session that never was", "POST", "/mcp", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", call(1, "list_bots", "x"), 404},
		{"one's own", "POST", "/mcp", own, call(1, "list_bots", "x"), 200},
	} {
		other.headers.Set("Mcp-Session-Id", row.session)
		if row.session == "" {
			other.headers.Del("Mcp-Session-Id")
		}
		if status, _, body := other.send(t, row.method, row.path, row.body); status != row.want {
			t.Errorf("%s: got %d %s, want %d", row.what, status, body, row.want)
		}
	}
	close(w.release)
	for range mine {
		if got := receive(t, ended); !strings.Contains(got, "released") {
			t.Errorf("got %s, want the call to go on", got)
		}
	}
	if got := mine["session"].call(t, 2, "list_bots", "still here"); !strings.Contains(got, "still here") {
		t.Errorf("got %s, want the session as it was", got)
	}
}

// TestLimits takes more than there is of each.
func TestLimits(t *testing.T) {
	w := newWeb(t, func(s *serve.Server, o *serve.Web) {
		s.SetIdle(time.Hour)
		o.Door = keyDoor(t)
		o.Limits = serve.Limits{Reads: 6, Calls: 1, Sessions: 2, Streams: 1, AllStreams: 1}
	})
	first := w.caller(t, sandbox.Key, "session")
	first.headers.Set("Accept", "application/json, text/event-stream")
	ended := make(chan string, 1)
	go func() { ended <- first.call(t, 1, "block", "a") }()
	receive(t, w.started)
	status, header, body := first.send(t, "POST", "/mcp", call(2, "list_bots", "b"))
	if status != 429 || header.Get("Retry-After") == "" || !strings.Contains(body, `"id":2`) || !strings.Contains(body, "1 calls open") {
		t.Errorf("a second call at once: got %d %s", status, body)
	}
	close(w.release)
	receive(t, ended)
	w.caller(t, sandbox.Key, "session")
	if status, _, body := first.send(t, "POST", "/mcp", hello); status != 429 || !strings.Contains(body, "2 sessions open") {
		t.Errorf("a third session: got %d %s", status, body)
	}
	for range 2 {
		status, header, body = first.send(t, "POST", "/mcp", `{"jsonrpc":"2.0","id":3,"method":"ping"}`)
	}
	if status != 429 || header.Get("Retry-After") != "10" || !strings.Contains(body, "too fast") {
		t.Errorf("the seventh message of a minute: got %d %v %s", status, header, body)
	}
	second := w.caller(t, "sandbox-2", "sse")
	if got := second.call(t, 1, "list_bots", ""); !strings.Contains(got, "echo") {
		t.Errorf("another caller: got %s", got)
	}
	if status, _, body := first.send(t, "GET", "/sse", ""); status != 503 || !strings.Contains(body, "1 event streams at most") {
		t.Errorf("a stream more than there may be: got %d %s", status, body)
	}
}
