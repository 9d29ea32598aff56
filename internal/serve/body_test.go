package serve_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/work"
)

// unfinished is a connection that has sent all of a message but its end.
type unfinished struct {
	net.Conn
	sent chan struct{} // closed when the server takes no more, or all that there is
}

// sendSome sends most of a message over a connection of its own.
func (w *web) sendSome(t *testing.T, path, key string, size int, chunked bool) *unfinished {
	t.Helper()
	c, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	length := fmt.Sprintf("Content-Length: %d", size)
	if chunked {
		length = "Transfer-Encoding: chunked"
	}
	u := &unfinished{c, make(chan struct{})}
	go func() {
		defer close(u.sent)
		body := `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("x", size-100)
		if chunked {
			body = fmt.Sprintf("%x\r\n%s", size, body)
		}
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\n%s: %s\r\nContent-Type: application/json\r\n%s\r\n\r\n%s", path, w.addr, client.KeyHeader, key, length, body)
	}()
	return u
}

// TestHeldBodies has one caller send messages without end, large and small,
// while another is served. Nothing is held of what is one too many.
func TestHeldBodies(t *testing.T) {
	pool := work.NewPool(2, 64<<20)
	gate := bodies.New(bodies.Limits{Caller: 8, Address: 20, All: 100, CallerBytes: 3 << 20, AddressBytes: 16 << 20, AllBytes: 32 << 20}, pool)
	w := newWeb(t, func(_ *serve.Server, o *serve.Web) { o.Door, o.Limits, o.Bodies = keyDoor(t), serve.Limits{}, gate })
	hostile, other := w.caller(t, sandbox.Key, "sse"), w.caller(t, "sandbox-2", "session")
	for _, row := range []struct {
		what, path string
		size       int
		chunked    bool
	}{
		{"to /mcp", "/mcp", 1_500_000, false},
		{"in chunks", "/mcp", 1_500_000, true},
		{"to /message", hostile.path, 1_500_000, false},
		{"small ones", "/mcp", 1000, false},
	} {
		before := gate.Use().Refused
		var all []*unfinished
		for range 40 {
			all = append(all, w.sendSome(t, row.path, sandbox.Key, row.size, row.chunked))
		}
		deadline := time.Now().Add(patience)
		for gate.Use().Refused-before < 32 && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		use := gate.Use()
		if use.Refused-before < 32 || use.Bodies > 8 || use.Bytes > 3<<20 || pool.Use().Bytes != use.Bytes {
			t.Errorf("%s: %+v, in the pool %+v", row.what, use, pool.Use())
		}
		if got := other.call(t, 1, "list_bots", row.what); !strings.Contains(got, "echo "+row.what) {
			t.Errorf("%s: another caller gets %s", row.what, got)
		}
		for _, c := range all {
			c.Close()
			<-c.sent
		}
		for gate.Use().Bodies > 0 && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if use := gate.Use(); use.Bodies != 0 || use.Bytes != 0 || pool.Use().Bytes != 0 {
			t.Errorf("%s: left %+v, in the pool %+v", row.what, use, pool.Use())
		}
	}
}

// TestRefusedBodies sends whole messages that are one too many, and reads what
// is said about them.
func TestRefusedBodies(t *testing.T) {
	gate := bodies.New(bodies.Limits{CallerBytes: 1 << 20, Minute: 5 << 20}, work.NewPool(2, 64<<20))
	w := newWeb(t, func(_ *serve.Server, o *serve.Web) {
		o.Door, o.Limits, o.Bodies = keyDoor(t), serve.Limits{Reads: 7, Writes: 3}, gate
	})
	large := bodies.New(bodies.Limits{CallerBytes: 16 << 20}, work.NewPool(2, 64<<20))
	wide := newWeb(t, func(_ *serve.Server, o *serve.Web) { o.Door, o.Limits, o.Bodies = keyDoor(t), serve.Limits{}, large })
	one, other, roomy := w.caller(t, sandbox.Key, "session"), w.caller(t, "sandbox-2", "sse"), wide.caller(t, sandbox.Key, "session")
	ping := func(size int) string {
		return `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("x", size) + `"}}`
	}
	for i, step := range []struct {
		from   *caller
		size   int
		status int
		want   string
	}{
		{one, 10, 200, `"result":{}`},
		{one, 3 << 20, 429, "You send too many large messages at once. Wait 5 s, then try again."},
		{one, 5 << 20, 413, "larger than the 4 MB"},
		{one, 3 << 20, 429, "You send more than 5 MB a minute. Wait "},
		{one, 10, 200, `"result":{}`},
		{other, 10, 202, ""},
		{other, 3 << 20, 429, "You send too many large messages at once."},
	} {
		status, header, body := step.from.send(t, http.MethodPost, step.from.path, ping(step.size))
		if status != step.status || !strings.Contains(body, step.want) || (status == 429) != (header.Get("Retry-After") != "") {
			t.Errorf("step %d: got %d %v %s, want %d %s", i, status, header, body, step.status, step.want)
		}
	}
	for range 2 { // its length is not announced, so that it is found out while it is held
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+wide.addr+"/mcp", io.MultiReader(strings.NewReader(ping(5<<20))))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = roomy.headers.Clone()
		if status, _, body := send(t, r); status != 413 || !strings.Contains(body, `"id":1`) {
			t.Errorf("in chunks: got %d %s", status, body)
		}
	}
	if use := large.Use(); use.Bytes != 0 || use.Bodies != 0 {
		t.Errorf("left: %+v", use)
	}
	var group sync.WaitGroup
	for range 20 { // what is no message at all counts too
		group.Go(func() { one.send(t, http.MethodPost, "/mcp", "nothing") })
	}
	group.Wait()
	if status, header, body := one.send(t, http.MethodPost, "/mcp", "nothing"); status != 429 || header.Get("Retry-After") == "" || !strings.Contains(body, "You send messages too fast. Wait") {
		t.Errorf("got %d %s, want 429", status, body)
	}
}
