package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/cli"
)

// serving runs the command serve until stop is called, or the test ends.
func serving(t *testing.T, env []string, flags ...string) (url string, log *buffer, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	log = &buffer{grew: make(chan struct{}, 1)}
	ended := make(chan int, 1)
	args := append([]string{"serve", "--addr", "127.0.0.1:0", "--drain", "2s", "--drain-delay", "0s"}, flags...)
	go func() { ended <- cli.Run(ctx, args, env, strings.NewReader(""), log, log) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case code := <-ended:
			if code != 0 {
				t.Errorf("exit code %d: %s", code, log.String())
			}
		case <-time.After(20 * time.Second):
			t.Error("the server did not stop")
		}
	})
	t.Cleanup(stop)
	return "http://" + log.find(t, `listening=(\S+)`), log, stop
}

const helloJSON = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`

// ask sends a request as it is written, and returns the answer's status, headers and body.
func ask(t *testing.T, method, url string, header http.Header, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") && method == http.MethodGet {
		return resp.StatusCode, resp.Header, "" // it goes on
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(bytes.TrimSpace(raw))
}

// TestAdmission asks in by every combination of what a request is made of: only
// those that are right throughout come in.
func TestAdmission(t *testing.T) {
	url, _, _ := serving(t, nil, "--sandbox", "--auth", "key", "--public-url", "https://mcp.example.org", "--allowed-hosts", "other.example.org:8443",
		"--allowed-origins", "https://app.example.org", "--trusted-proxies", "192.0.2.1", "--limit-address", "0", "--limit-reads", "0", "--limit-streams", "0", "--limit-sessions", "0")
	address := strings.TrimPrefix(url, "http://")
	port := address[strings.LastIndex(address, ":")+1:]
	hosts := map[string]bool{
		address: true, "localhost:" + port: true, "mcp.example.org": true, "MCP.example.org:443": true, "other.example.org:8443": true,
		"localhost": false, "127.0.0.1:1": false, "evil.example.net": false, "mcp.example.org.evil.net": false, "other.example.org:9": false, "mcp.example.org:9": false, "0.0.0.0:" + port: false,
	}
	origins := map[string]bool{
		"": true, "https://app.example.org": true, "HTTPS://APP.example.org": true,
		"http://app.example.org": false, "https://app.example.org.evil.net": false, "https://app.example.org:8443": false, "null": false, "http://127.0.0.1:1": false, "https://evil.example.net": false, "*": false,
	}
	requests := []struct {
		method, path, kind string
		want               int // when host and origin are right
	}{
		{"POST", "/mcp", "application/json", 200},
		{"POST", "/mcp", "application/json; charset=utf-8", 200},
		{"POST", "/mcp", "text/plain", 415},
		{"POST", "/mcp", "application/json; charset=utf-16", 415},
		{"POST", "/mcp", "", 415},
		{"PUT", "/mcp", "application/json", 405},
		{"GET", "/sse", "", 200},
		{"POST", "/sse", "application/json", 405},
		{"POST", "/message?sessionId=x", "application/json", 404},
		{"GET", "/message?sessionId=x", "", 405},
		{"POST", "/mcp?x=1", "application/json", 400},
	}
	count, came := 0, 0
	for host, hostOK := range hosts {
		for origin, originOK := range origins {
			for _, r := range requests {
				header := http.Header{"Host": {host}, http.CanonicalHeaderKey(client.KeyHeader): {sandbox.Key}}
				if r.kind != "" {
					header.Set("Content-Type", r.kind)
				}
				if origin != "" {
					header.Set("Origin", origin)
				}
				body := helloJSON
				if r.method != "POST" {
					body = ""
				}
				status, answer, text := ask(t, r.method, url+r.path, header, body)
				want := r.want
				if !hostOK || !originOK {
					want = 403
				}
				if count++; status != want {
					t.Errorf("%s %s host %q origin %q type %q: got %d %s, want %d", r.method, r.path, host, origin, r.kind, status, text, want)
				}
				if status == 200 {
					came++
				}
				if cors := answer.Get("Access-Control-Allow-Origin"); cors == "*" || cors != "" && !strings.EqualFold(cors, "https://app.example.org") || answer.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s %s origin %q: CORS allows %q", r.method, r.path, origin, cors)
				}
			}
		}
	}
	t.Logf("%d cases, %d of them came in", count, came)
	status, header, _ := ask(t, "OPTIONS", url+"/mcp", http.Header{"Origin": {"https://app.example.org"}, "Access-Control-Request-Method": {"POST"}}, "")
	if status != 204 || header.Get("Access-Control-Allow-Origin") != "https://app.example.org" || !strings.Contains(header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("what a browser asks before: got %d %v", status, header)
	}
}

// TestCredentials tries wrong credentials, and right ones between them.
func TestCredentials(t *testing.T) {
	url, log, _ := serving(t, nil, "--sandbox", "--auth", "key", "--log-level", "debug", "--trusted-proxies", "127.0.0.1")
	const key = sandbox.Key
	named := func(values ...string) http.Header {
		return http.Header{http.CanonicalHeaderKey(client.KeyHeader): values}
	}
	bearer := func(values ...string) http.Header { return http.Header{"Authorization": values} }
	tried := 0
	try := func(header http.Header) (int, http.Header) {
		tried++
		header.Set("Content-Type", "application/json")
		header.Set("X-Forwarded-For", fmt.Sprintf("127.0.0.1, 198.51.100.%d", tried)) // each from an address of its own
		status, answer, _ := ask(t, "POST", url+"/mcp", header, helloJSON)
		return status, answer
	}
	right := []http.Header{named(key), bearer("Bearer " + key), bearer("bearer " + key), named("sandbox-2")}
	for _, header := range right {
		if status, _ := try(header.Clone()); status != 200 {
			t.Fatalf("%v: got %d, want it admitted", header, status)
		}
	}
	both := named(key)
	both["Authorization"] = []string{"Bearer " + key}
	wrong := []http.Header{
		{}, named(""), named(" "), named(key, key), named(key, "sandbox-2"), both, bearer(key), bearer("Bearer"), bearer("Bearer "), bearer("Basic " + key), bearer("Token " + key),
		bearer("Bearer "+key, "Bearer "+key), bearer("Bearer  " + key), bearer("Bearer " + key + " x"), bearer("Bearer " + key + "," + key), bearer("Bearer\t" + key), named("Bearer " + key),
		named(key + "\tx"), named(key + " " + key), named(key + ",sandbox-2"), named("mm_" + key), bearer("Bearer mm_" + key), named(strings.Repeat("k", 5000)), bearer("Bearer " + strings.Repeat("k", 5000)),
		{"X-Api-Key": {key}}, {"X-Meetingbaas-Apikey": {key}}, {"Api-Key": {key}}, {"Cookie": {client.KeyHeader + "=" + key}}, {"Proxy-Authorization": {"Bearer " + key}}, {"X-Spoke-Api-Key": {key}},
	}
	for i := range len(key) {
		wrong = append(wrong, named(key[:i]), bearer("Bearer "+key[i+1:]), named(key[:i]+strings.ToUpper(key[i:i+1])+key[i+1:]), named(key[:i]+"%"+key[i:]))
	}
	wrong = append(wrong, named(key+"-"), named("sandbox-3"), named("sandbox-22"), named(key+"\u00a0"), named(strings.ToUpper(key)), named(`"`+key+`"`), named("'"+key+"'"))
	for i, header := range wrong {
		if status, answer := try(header.Clone()); status != 401 || !strings.HasPrefix(answer.Get("Www-Authenticate"), "Bearer") {
			t.Errorf("%.80v: got %d %v, want 401", header, status, answer)
		}
		if status, _ := try(right[i%len(right)].Clone()); status != 200 {
			t.Errorf("after %d wrong ones: %v: got %d, want it admitted", i+1, right[i%len(right)], status)
		}
	}
	for form, header := range map[string]http.Header{
		"${NAME}": named("${MEETING_BAAS_API_KEY}"), "<your key>": bearer("Bearer <your key>"), "$NAME": bearer("$MEETING_BAAS_API_KEY"), "your key": named("your-api-key"),
	} {
		header.Set("Content-Type", "application/json")
		for range 12 { // which guesses nothing
			status, _, body := ask(t, "POST", url+"/mcp", header.Clone(), helloJSON)
			said := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(body)
			if status != 401 || !strings.Contains(said, "still is a placeholder of the form "+form) {
				t.Errorf("%v: got %d %s, want to be told of %s", header, status, body, form)
			}
		}
	}
	guess := func(key, from string) (int, http.Header) {
		status, answer, _ := ask(t, "POST", url+"/mcp", http.Header{"X-Meeting-Baas-Api-Key": {key}, "X-Forwarded-For": {from}, "Content-Type": {"application/json"}}, helloJSON)
		return status, answer
	}
	for i := range 11 {
		guess(fmt.Sprintf("guess-%d", i), "203.0.113.7")
	}
	for _, row := range []struct {
		key, from string
		want      int
	}{
		{"guess-11", "203.0.113.7", 429},
		{"guess-11", "203.0.113.8", 401},
		{"guess-11", "203.0.113.9, 203.0.113.7", 429}, // what a guest says of itself counts for nothing
		{key, "203.0.113.7", 200},                     // which was admitted before
	} {
		if status, answer := guess(row.key, row.from); status != row.want || status == 429 && answer.Get("Retry-After") == "" {
			t.Errorf("%s from %s after ten wrong ones: got %d, want %d", row.key, row.from, status, row.want)
		}
	}
	if status, _, _ := ask(t, "POST", url+"/mcp?key="+key, http.Header{"Content-Type": {"application/json"}}, helloJSON); status == 200 {
		t.Error("a key in the address was taken")
	}
	if status, _, _ := ask(t, "GET", url+"/sse", nil, ""); status != 401 {
		t.Errorf("/sse without a key: got %d, want 401", status)
	}
	if strings.Contains(log.String(), key+" ") || strings.Contains(log.String(), `"`+key+`"`) {
		t.Errorf("the log has the key: %s", log.String())
	}
	t.Logf("%d wrong credentials refused, with a right one after each", len(wrong))
}
