package serve_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// newReplicas are two servers that share a state.
func newReplicas(t *testing.T) (here, there *web) {
	t.Helper()
	state, door := shared.NewMemory(nil), keyDoor(t)
	share := func(_ *serve.Server, o *serve.Web) {
		o.Door, o.State, o.Secret, o.Limits = door, state, []byte("of this test"), serve.Limits{}
	}
	return newWeb(t, share), newWeb(t, share)
}

// at is the same program as it reaches another replica.
func (c *caller) at(w *web) *caller {
	moved := *c
	moved.web = w
	return &moved
}

// TestStreamOnAnotherReplica posts the messages of an SSE client, every other
// one, to the replica that does not have its stream.
func TestStreamOnAnotherReplica(t *testing.T) {
	here, there := newReplicas(t)
	c := here.caller(t, sandbox.Key, "sse")
	for id := range 200 {
		at := c
		if id%2 == 1 {
			at = c.at(there)
		}
		if got := at.call(t, id, "list_bots", fmt.Sprintf("call %d", id)); !strings.Contains(got, fmt.Sprintf(`"id":%d,`, id)) || !strings.Contains(got, fmt.Sprintf("echo call %d,", id)) {
			t.Fatalf("call %d: got %s", id, got)
		}
	}
	forged := "A"
	if strings.HasSuffix(c.path, forged) {
		forged = "B"
	}
	for _, row := range []struct {
		what, key, path, body string
		want                  int
	}{
		{"another's stream", "sandbox-2", c.path, call(1, "list_bots", "x"), 404},
		{"a forged stream", sandbox.Key, c.path[:len(c.path)-1] + forged, call(1, "list_bots", "x"), 404},
		{"a notification", sandbox.Key, c.path, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, 202},
	} {
		other := there.caller(t, row.key, "")
		if status, _, body := other.send(t, "POST", row.path, row.body); status != row.want {
			t.Errorf("%s: got %d %s, want %d", row.what, status, body, row.want)
		}
	}
	here.stop()
	if err := receive(t, here.stopped); err != nil {
		t.Error(err)
	}
	here.stopped <- nil // for the end of the test
	if status, _, body := c.at(there).send(t, "POST", c.path, call(1, "list_bots", "x")); status != 404 {
		t.Errorf("a stream whose replica is gone: got %d %s, want 404", status, body)
	}
}

// TestLargeOnAnotherReplica posts large messages to the replica that does not have
// the stream, which passes on some of them, and no more.
func TestLargeOnAnotherReplica(t *testing.T) {
	state, door := shared.NewMemory(nil), keyDoor(t)
	share := func(_ *serve.Server, o *serve.Web) {
		o.Door, o.State, o.Secret, o.Limits = door, state, []byte("of this test"), serve.Limits{Bodies: bodies.Limits{All: 1000}}
	}
	here, there := newWeb(t, share), newWeb(t, share)
	one, other := here.caller(t, sandbox.Key, "sse"), here.caller(t, "sandbox-2", "sse")
	post := func(c *caller, size int) (int, http.Header, string) {
		status, header, body := c.at(there).send(t, "POST", c.path, `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"`+strings.Repeat("x", size)+`"}}`)
		if status == http.StatusAccepted {
			c.event(t)
		}
		return status, header, body
	}
	if status, _, body := post(one, 1<<20); status != 413 || !strings.Contains(body, "Nothing was done: another replica of this server has your session, and messages of more than 1 MB") {
		t.Errorf("got %d %s", status, body)
	}
	passed := 0
	for range 40 {
		status, header, body := post(one, 1_000_000)
		if status != http.StatusAccepted {
			if status != 429 || header.Get("Retry-After") == "" || !strings.Contains(body, "You send more than 16 MB a minute") {
				t.Errorf("got %d %v %s", status, header, body)
			}
			break
		}
		passed++
	}
	if passed < 16 || passed > 20 {
		t.Errorf("%d were passed on", passed)
	}
	if status, _, body := post(other, 1_000_000); status != http.StatusAccepted {
		t.Errorf("another caller: got %d %s", status, body)
	}
	if got := one.call(t, 2, "list_bots", "here"); !strings.Contains(got, "echo here") {
		t.Errorf("at the replica that has the stream: got %s", got)
	}
}

// TestSessionOnAnotherReplica uses one session at both replicas.
func TestSessionOnAnotherReplica(t *testing.T) {
	here, there := newReplicas(t)
	c := here.caller(t, sandbox.Key, "session")
	if got := c.at(there).call(t, 1, "list_bots", "over there"); !strings.Contains(got, "over there") {
		t.Errorf("got %s", got)
	}
	stranger := there.caller(t, "sandbox-2", "session")
	stranger.headers.Set("Mcp-Session-Id", c.headers.Get("Mcp-Session-Id"))
	if status, _, body := stranger.send(t, "POST", "/mcp", call(2, "list_bots", "x")); status != 404 {
		t.Errorf("another's session: got %d %s, want 404", status, body)
	}
	if status, _, body := c.at(there).send(t, "DELETE", "/mcp", ""); status != 200 {
		t.Errorf("end it: got %d %s", status, body)
	}
	gone := func(w *web) bool {
		status, _, _ := c.at(w).send(t, "POST", "/mcp", call(3, "list_bots", "x"))
		return status == 404
	}
	for late := time.Now().Add(patience); !gone(here) || !gone(there); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the session goes on after its end")
		}
	}
}

// TestQuestionOnAnotherReplica answers a question at the replica that did not
// ask it, while that one asks a question of its own.
func TestQuestionOnAnotherReplica(t *testing.T) {
	here, there := newReplicas(t)
	for _, w := range []*web{here, there} {
		w.MCP().AddTool(mcp.NewToolWithRawSchema("block", "Asks.", []byte(`{"type":"object"}`)), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			if answer := server.ElicitationResponse(r.Params.InputResponses, "q"); answer != nil {
				return mcp.NewToolResultText(r.GetString("name", "") + " " + string(answer.Action)), nil
			}
			return server.NewInputRequestBuilder("s").Elicit("q", mcp.ElicitationParams{Message: r.GetString("name", "") + "?", RequestedSchema: map[string]any{"type": "object"}}).ToolResult(), nil
		})
	}
	c := here.caller(t, sandbox.Key, "")
	_, header, body := c.send(t, "POST", "/mcp", strings.Replace(hello, `"capabilities":{}`, `"capabilities":{"elicitation":{}}`, 1))
	if c.headers.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id")); header.Get("Mcp-Session-Id") == "" {
		t.Fatal(body)
	}
	type asked struct {
		id     string
		answer *http.Response
		rest   *lines
	}
	ask := func(w *web, name string) asked {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.addr+"/mcp", strings.NewReader(call(7, "block", name)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = c.headers
		answer, err := c.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		events := &lines{from: answer.Body}
		question := events.next(t)
		if !strings.Contains(question, name+"?") {
			t.Fatalf("got %s, want the question %s", question, name)
		}
		_, id, _ := strings.Cut(question, `"id":`)
		id = id[:strings.IndexAny(id, ",}")]
		return asked{id, answer, events}
	}
	first, second := ask(here, "here"), ask(there, "there")
	if first.id == second.id {
		t.Fatalf("both questions have the number %s", first.id)
	}
	for _, row := range []struct {
		q    asked
		at   *web
		says string
	}{{first, there, "decline"}, {second, here, "accept"}} {
		status, _, body := c.at(row.at).send(t, "POST", "/mcp", `{"jsonrpc":"2.0","id":`+row.q.id+`,"result":{"action":"`+row.says+`"}}`)
		if status != 202 {
			t.Errorf("answer: got %d %s", status, body)
		}
	}
	for _, row := range []struct {
		q    asked
		want string
	}{{first, "here decline"}, {second, "there accept"}} {
		if got := row.q.rest.next(t); !strings.Contains(got, row.want) {
			t.Errorf("got %s, want %s", got, row.want)
		}
		row.q.answer.Body.Close()
	}
}

// lines reads events.
type lines struct {
	from io.Reader
	text string
}

func (l *lines) next(t *testing.T) string {
	t.Helper()
	for {
		if event, rest, whole := strings.Cut(l.text, "\n\n"); whole {
			l.text = rest
			_, data, _ := strings.Cut(event, "data: ")
			return data
		}
		part := make([]byte, 4096)
		n, err := l.from.Read(part)
		if l.text += string(part[:n]); err != nil && n == 0 {
			t.Fatalf("the events broke: %v", err)
		}
	}
}
