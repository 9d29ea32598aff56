package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/serve"
)

// TestOrigins sends each Host and Origin to each path; web pages, even those
// of another local server, get nothing.
func TestOrigins(t *testing.T) {
	w := newWeb(t)
	_, port, _ := strings.Cut(w.addr, ":")
	for _, step := range []struct {
		host, origin string
		want         int // 0: anything but a refusal
	}{
		{"", "", 0},
		{"localhost:" + port, "", 0},
		{"LocalHost:" + port, "http://localhost:" + port, 0},
		{"[::1]:" + port, "", 0},
		{"", "http://" + w.addr, 0},
		{"", "http://localhost:" + port, 403},
		{"", "https://" + w.addr, 403},
		{"", "http://127.0.0.1:1", 403},
		{"", "http://127.0.0.1", 403},
		{"", "http://evil.example", 403},
		{"", "http://" + w.addr + ".evil.example", 403},
		{"", "null", 403},
		{"evil.example", "", 403},
		{"evil.example:" + port, "", 403},
		{"evil.example:" + port, "http://evil.example:" + port, 403},
		{"127.0.0.1:1", "", 403},
		{"127.0.0.1", "", 403},
		{"localhost.evil.example:" + port, "", 403},
	} {
		for _, path := range []string{"/mcp", "/message", "/sse", "/healthz", "/"} {
			headers := map[string]string{}
			if step.host != "" {
				headers["Host"] = step.host
			}
			if step.origin != "" {
				headers["Origin"] = step.origin
			}
			status, header, body := w.post(t, path, headers, `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
			if refused := status == http.StatusForbidden; refused != (step.want == 403) {
				t.Errorf("%s from host %q, origin %q: got %d %s, want %d", path, step.host, step.origin, status, body, step.want)
			}
			if allowed := header.Get("Access-Control-Allow-Origin"); allowed != "" {
				t.Errorf("%s from %q: got %q allowed, want no CORS", path, step.origin, allowed)
			}
		}
	}
}

// session opens a session on /mcp, and returns the headers that name it.
func (w *web) session(t *testing.T) map[string]string {
	t.Helper()
	_, header, body := w.post(t, "/mcp", nil, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
	id := header.Get("Mcp-Session-Id")
	if id == "" {
		t.Fatalf("initialize named no session: %s", body)
	}
	return map[string]string{"Mcp-Session-Id": id}
}

func TestHTTPMessages(t *testing.T) {
	w := newWeb(t)
	session := w.session(t)
	modern := map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "lst_bots"}
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"%s","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}`
	large := `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("x", 5<<20) + `"}}`
	for _, step := range []struct {
		name, path string
		headers    map[string]string
		body       string
		status     int
		want       string
	}{
		{"no session", "/mcp", nil, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 400, "Send initialize first"},
		{"forged session", "/mcp", map[string]string{"Mcp-Session-Id": "mcp-session-00000000-0000-4000-8000-000000000000"}, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 404, "send initialize again"},
		{"ping", "/mcp", session, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 200, `"result":{}`},
		{"no JSON", "/mcp", nil, `hello`, 400, "-32700"},
		{"batch", "/mcp", nil, `[]`, 400, "batches"},
		{"no method", "/mcp", nil, `{"jsonrpc":"2.0","id":1}`, 400, "no method"},
		{"wrong notification", "/mcp", session, `{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}`, 202, ""},
		{"wrong _meta", "/mcp", session, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_bots","_meta":"x"}}`, 200, "params._meta must be an object"},
		{"wrong requestState", "/mcp", session, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_bots","requestState":5}}`, 200, "must be a string, not a JSON number"},
		{"wrong prompt", "/mcp", session, `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x","arguments":[1]}}`, 200, "arguments in the params of prompts/get must be an object, not a JSON array"},
		{"wrong resource", "/mcp", session, `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":5}}`, 200, "uri in the params of resources/read must be a string"},
		{"wrong capabilities", "/mcp", nil, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"roots":5}}}`, 200, "capabilities.roots in the params of initialize must be an object"},
		{"wrong completion", "/mcp", session, `{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"x"}}}`, 200, "completion/complete needs params with ref"},
		{"too large", "/mcp", nil, large, 413, "larger than the 4 MB"},
		{"unknown tool", "/mcp", nil, call(1, "lst_bots", ""), 200, "Did you mean list_bots?"},
		{"unknown tool, modern", "/mcp", modern, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"lst_bots",` + fmt.Sprintf(meta, "2026-07-28") + `}}`, 400, "Did you mean list_bots?"},
		{"unknown version", "/mcp", map[string]string{"Mcp-Protocol-Version": "1999-01-01"}, `{"jsonrpc":"2.0","id":"a","method":"ping"}`, 400, `"id":"a","error":{"code":-32022,"message":"This server does not speak MCP \"1999-01-01\". It speaks 2026-07-28`},
		{"unknown modern version", "/mcp", map[string]string{"Mcp-Protocol-Version": "2031-01-01"}, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + fmt.Sprintf(meta, "2031-01-01") + `}}`, 400, "2026-07-28"},
		{"modern without its headers", "/mcp", map[string]string{"Mcp-Protocol-Version": "2026-07-28"}, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + fmt.Sprintf(meta, "2026-07-28") + `}}`, 400, "-32020"},
		{"initialize with a header of an unknown version", "/mcp", map[string]string{"Mcp-Protocol-Version": "2027-03-01"}, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2027-03-01","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, 200, `"protocolVersion":"2025-11-25"`},
		{"initialize with a header that is none", "/mcp", map[string]string{"Mcp-Protocol-Version": "DRAFT"}, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}`, 200, `"protocolVersion":"2025-06-18"`},
		{"initialize with a modern header", "/mcp", map[string]string{"Mcp-Protocol-Version": "2026-07-28"}, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2026-07-28"}}`, 200, `"protocolVersion":"2025-11-25"`},
		{"a slash behind", "/mcp/", session, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 200, `"result":{}`},
		{"a slash behind, no stream", "/message/?sessionId=x", nil, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 404, "GET /sse"},
		{"a byte order mark", "/mcp", session, "\ufeff" + `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 200, `"result":{}`},
		{"initialize in an unknown version", "/mcp", nil, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"1999-01-01","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, 200, `"protocolVersion":"2025-11-25"`},
		{"no stream", "/message?sessionId=x", nil, `{"jsonrpc":"2.0","id":1,"method":"ping"}`, 404, "GET /sse"},
		{"elsewhere", "/nowhere", nil, `{}`, 404, "/mcp (streamable HTTP)"},
	} {
		status, _, body := w.post(t, step.path, step.headers, step.body)
		if status != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s: got %d %s, want %d %s", step.name, status, body, step.status, step.want)
		}
	}
	for _, step := range []struct{ method, path, allow, want string }{
		{"OPTIONS", "/mcp", "GET, POST, DELETE", "405"},
		{"PUT", "/mcp", "GET, POST, DELETE", "405"},
		{"POST", "/sse", "GET", "405"},
		{"POST", "/sse/", "GET", "405"},
		{"GET", "/message/", "POST", "405"},
		{"GET", "/mcp", "", "400"},
		{"DELETE", "/mcp", "", "400"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), step.method, "http://"+w.addr+step.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, header, _ := send(t, r); fmt.Sprint(status) != step.want || header.Get("Allow") != step.allow {
			t.Errorf("%s %s: got %d allowing %q, want %s allowing %q", step.method, step.path, status, header.Get("Allow"), step.want, step.allow)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.addr+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := send(t, r); status != 200 || body != "ok\n" {
		t.Errorf("healthz: got %d %s, want 200 ok", status, body)
	}
}

// sse is an SSE stream, read event by event.
type sse struct {
	message string        // where to post
	events  <-chan string // data of each, closed with the stream
	header  http.Header
	close   func()
}

func (w *web) openSSE(t *testing.T) *sse {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.addr+"/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	s := &sse{events: eventsOf(answer), header: answer.Header, close: cancel}
	t.Cleanup(cancel)
	s.message = receive(t, s.events)
	return s
}

// eventsOf reads a stream of events to its end.
func eventsOf(answer *http.Response) <-chan string {
	events := make(chan string, 100)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		scanner := bufio.NewScanner(answer.Body)
		for scanner.Scan() {
			if data, ok := strings.CutPrefix(scanner.Text(), "data:"); ok {
				events <- strings.TrimSpace(data)
			}
		}
	}()
	return events
}

func TestSSEStream(t *testing.T) {
	w := newWeb(t)
	s := w.openSSE(t)
	if got := s.header.Get("X-Accel-Buffering"); got != "no" {
		t.Errorf("X-Accel-Buffering: got %q, want no", got)
	}
	if got, ok := s.header["Access-Control-Allow-Origin"]; ok {
		t.Errorf("got %q allowed, want no CORS", got)
	}
	large := `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("x", 5<<20) + `"}}`
	if status, _, body := w.post(t, s.message, nil, large); status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "4 MB") {
		t.Errorf("too large: got %d %s, want 413", status, body)
	}
	if status, _, _ := w.post(t, s.message, nil, call(7, "lst_bots", "")); status != http.StatusAccepted {
		t.Errorf("unknown tool: got %d, want 202", status)
	}
	if got := receive(t, s.events); !strings.Contains(got, `"id":7`) || !strings.Contains(got, "Did you mean list_bots?") {
		t.Errorf("unknown tool: got %s, want the nearest on the stream", got)
	}
}

// TestSSEGone closes a stream: its calls end, another client's go on.
func TestSSEGone(t *testing.T) {
	w := newWeb(t)
	leaves, stays := w.openSSE(t), w.openSSE(t)
	for _, s := range []*sse{leaves, stays} {
		name := "stays"
		if s == leaves {
			name = "leaves"
		}
		if status, _, body := w.post(t, s.message, nil, call(1, "block", name)); status != http.StatusAccepted {
			t.Fatalf("got %d %s, want 202", status, body)
		}
		receive(t, w.started)
	}
	leaves.close()
	if got := receive(t, w.ended); got != "leaves cancelled" {
		t.Errorf("got %s, want the call of the client that left cancelled", got)
	}
	close(w.release)
	if got := receive(t, stays.events); !strings.Contains(got, "released") {
		t.Errorf("got %s, want the other call's answer", got)
	}
}

// TestCancellation cancels call 1 of one client while others have a call 1 too.
func TestCancellation(t *testing.T) {
	w := newWeb(t)
	modern := func(method string) map[string]string {
		h := map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": method}
		if method == "tools/call" {
			h["Mcp-Name"] = "block"
		}
		return h
	}
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	answers := make(chan string, 3)
	start := func(headers map[string]string, body string) {
		go func() {
			_, _, answer := w.post(t, "/mcp", headers, body)
			answers <- answer
		}()
		receive(t, w.started)
	}
	start(modern("tools/call"), `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"block","arguments":{"name":"modern"},`+meta+`}}`)
	session, other := w.session(t), w.session(t)
	start(other, call(1, "block", "other session"))
	start(session, call(1, "block", "session"))

	cancelled := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1%s}}`
	for _, from := range []struct {
		headers map[string]string
		body    string
	}{
		{nil, fmt.Sprintf(cancelled, "")},
		{modern("notifications/cancelled"), fmt.Sprintf(cancelled, ","+meta)},
	} {
		if status, _, body := w.post(t, "/mcp", from.headers, from.body); status != http.StatusAccepted {
			t.Errorf("got %d %s, want 202", status, body)
		}
	}
	if status, _, body := w.post(t, "/mcp", session, fmt.Sprintf(cancelled, "")); status != http.StatusAccepted {
		t.Errorf("got %d %s, want 202", status, body)
	}
	if got := receive(t, w.ended); got != "session cancelled" {
		t.Errorf("got %s, want the session's own call cancelled, and no other", got)
	}
	close(w.release)
	released := 0
	for range 3 {
		if strings.Contains(receive(t, answers), "released") {
			released++
		}
	}
	if released != 2 {
		t.Errorf("got %d calls finished, want 2", released)
	}
}

// TestHTTPGone closes the connection of a call, which ends it.
func TestHTTPGone(t *testing.T) {
	w := newWeb(t)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/mcp", strings.NewReader(call(1, "block", "a")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Mcp-Session-Id", w.session(t)["Mcp-Session-Id"])
	failed := make(chan error, 1)
	go func() {
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err == nil {
			answer.Body.Close()
		}
		failed <- err
	}()
	receive(t, w.started)
	cancel()
	if got := receive(t, w.ended); got != "a cancelled" {
		t.Errorf("got %s, want the call cancelled", got)
	}
	if receive(t, failed) == nil {
		t.Error("got an answer, want none")
	}
}

// TestDrainDelay stops a server that answers calls for a while yet, and says at
// once that it is not ready any more.
func TestDrainDelay(t *testing.T) {
	const delay = 2 * time.Second
	w := newWeb(t, func(_ *serve.Server, o *serve.Web) { o.DrainDelay = delay })
	ask := func(method, path, body string) (int, error) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if r.Header.Set("Content-Type", "application/json"); body == "" {
			r.Body, r.ContentLength = http.NoBody, 0
		}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			return 0, err
		}
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode, err
	}
	if status, err := ask(http.MethodGet, "/readyz", ""); status != 200 {
		t.Fatalf("before: %d %v", status, err)
	}
	began, refused, calls := time.Now(), false, 0
	for w.stop(); ; {
		status, err := ask(http.MethodGet, "/readyz", "")
		if err != nil {
			break
		}
		if refused = refused || status == 503; !refused { // it was not told to stop yet
			continue
		}
		if answered, err := ask(http.MethodPost, "/mcp", hello); err == nil && answered == 200 && status == 503 {
			calls++
		}
	}
	if took := time.Since(began); !refused || calls == 0 || took < delay {
		t.Errorf("it stopped accepting after %v, was not ready any more: %v, and answered %d calls meanwhile", took, refused, calls)
	}
}

// TestDrain stops a server with calls running on /mcp and on SSE: both are
// answered, and nobody else gets in.
func TestDrain(t *testing.T) {
	w := newWeb(t)
	s := w.openSSE(t)
	if status, _, body := w.post(t, s.message, nil, call(1, "block", "sse")); status != http.StatusAccepted {
		t.Fatalf("got %d %s, want 202", status, body)
	}
	receive(t, w.started)
	answers, session := make(chan string, 1), w.session(t)
	go func() {
		_, _, answer := w.post(t, "/mcp", session, call(1, "block", "http"))
		answers <- answer
	}()
	receive(t, w.started)
	w.stop()
	for { // until the listener is closed
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.addr+"/healthz", nil)
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			break
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	close(w.release)
	if got := receive(t, answers); !strings.Contains(got, "released") {
		t.Errorf("/mcp: got %s, want the answer", got)
	}
	if got := receive(t, s.events); !strings.Contains(got, "released") {
		t.Errorf("SSE: got %s, want the answer", got)
	}
	if _, open := <-s.events; open {
		t.Error("the stream goes on, want its end")
	}
}

// TestStalledBody sends the start of a body to each route, and none of the rest.
func TestStalledBody(t *testing.T) {
	w := newWeb(t, func(s *serve.Server, _ *serve.Web) { s.SetBodyTime(50 * time.Millisecond) })
	for _, step := range []struct{ line, headers, want string }{
		{"POST /mcp", "", "400"},
		{"POST /mcp", "Mcp-Protocol-Version: 1999-01-01\r\n", "400"},
		{"POST /mcp", "Origin: http://evil.example\r\n", "403"},
		{"POST /message?sessionId=x", "", "404"},
		{"POST /healthz", "", "200"},
		{"DELETE /mcp", "", "400"},
		{"GET /sse", "", "400"},
	} {
		c, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n%s\r\n{", step.line, w.addr, step.headers)
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 "+step.want) {
			t.Errorf("%s %s: got %.100q %v, want %s and the end", step.line, step.headers, answer, err, step.want)
		}
	}
}

// TestBodyTime has a call take longer than its message may.
func TestBodyTime(t *testing.T) {
	w := newWeb(t, func(s *serve.Server, _ *serve.Web) { s.SetBodyTime(50 * time.Millisecond) })
	session, answers := w.session(t), make(chan string, 1)
	go func() {
		_, _, answer := w.post(t, "/mcp", session, call(1, "block", "a"))
		answers <- answer
	}()
	receive(t, w.started)
	select {
	case got := <-w.ended:
		t.Errorf("got %s, want the call to go on", got)
	case <-time.After(150 * time.Millisecond):
	}
	close(w.release)
	if got := receive(t, answers); !strings.Contains(got, "released") {
		t.Errorf("got %s, want the answer", got)
	}
}

// TestSessions opens as many sessions and streams as there may be.
func TestSessions(t *testing.T) {
	hello := `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	w := newWeb(t, func(s *serve.Server, o *serve.Web) {
		s.SetIdle(time.Hour)
		o.Limits.Sessions, o.Limits.AllStreams = 2, 2
	})
	first := w.session(t)
	w.session(t)
	if status, header, body := w.post(t, "/mcp", nil, hello); status != http.StatusTooManyRequests || header.Get("Retry-After") == "" || !strings.Contains(body, "2 sessions open") {
		t.Errorf("got %d %s, want 429", status, body)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "http://"+w.addr+"/mcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Mcp-Session-Id", first["Mcp-Session-Id"])
	if status, _, body := send(t, r); status != http.StatusOK {
		t.Errorf("DELETE: got %d %s, want 200", status, body)
	}
	w.session(t)
	w.openSSE(t)
	w.openSSE(t)
	r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.addr+"/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := send(t, r); status != http.StatusServiceUnavailable || !strings.Contains(body, "2 event streams at most") {
		t.Errorf("a third stream: got %d %s, want 503", status, body)
	}

	w = newWeb(t, func(s *serve.Server, o *serve.Web) {
		s.SetIdle(0)
		o.Limits.Sessions = 1
	})
	idle, ping := w.session(t), `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	busy := w.session(t)
	if status, _, body := w.post(t, "/mcp", idle, ping); status != http.StatusNotFound {
		t.Errorf("got %d %s, want the idle session gone", status, body)
	}
	answers := make(chan string, 1)
	go func() {
		_, _, answer := w.post(t, "/mcp", busy, call(1, "block", "a"))
		answers <- answer
	}()
	receive(t, w.started)
	if status, _, body := w.post(t, "/mcp", nil, hello); status != http.StatusTooManyRequests {
		t.Errorf("got %d %s, want the session with a call kept", status, body)
	}
	close(w.release)
	receive(t, answers)
}

// TestStalledDrain stops a server while a body arrives.
func TestStalledDrain(t *testing.T) {
	w := newWeb(t)
	c, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /mcp HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n", w.addr)
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil { // it waits for the body now
		t.Fatal(err)
	}
	w.stop()
	select {
	case err := <-w.stopped:
		w.stopped <- err
	case <-time.After(patience / 2):
		t.Error("the stalled request held the server up")
	}
	if !strings.Contains(w.log.String(), "a second signal ends at once") {
		t.Error("the log does not say what the server waits for")
	}
}
