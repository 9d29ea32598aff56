package serve_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func cancellation(id string) string {
	return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`
}

// block is a call that goes on until it is cancelled or released.
func block(id, name, more string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"block","arguments":{"name":%q}%s}}`, id, name, more)
}

func ping(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}` }

// chat is a client that sends lines and gets lines, over stdio or SSE.
type chat struct {
	send  func(t *testing.T, message string)
	lines <-chan string
}

// chats are clients of one bench each.
func chats(t *testing.T) map[string]struct {
	*bench
	chat
} {
	t.Helper()
	p, w := newPipe(t.Context(), t), newWeb(t)
	stream := w.openSSE(t)
	return map[string]struct {
		*bench
		chat
	}{
		"stdio": {p.bench, chat{func(t *testing.T, message string) { p.write(t, message+"\n") }, p.lines}},
		"SSE": {w.bench, chat{func(t *testing.T, message string) {
			if status, _, body := w.post(t, stream.message, nil, message); status != http.StatusAccepted {
				t.Errorf("got %d %s, want 202", status, body)
			}
		}, stream.events}},
	}
}

// TestCancelledUnanswered cancels calls over stdio and SSE: those with the id,
// byte for byte, end without an answer, and no other does.
func TestCancelledUnanswered(t *testing.T) {
	for over, c := range chats(t) {
		t.Run(over, func(t *testing.T) {
			next := func(want string) {
				t.Helper()
				if got := receive(t, c.lines); !strings.HasPrefix(got, want) {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			c.send(t, cancellation("5")) // before there is such a request
			c.send(t, ping("5"))
			next(`{"jsonrpc":"2.0","id":5,"result":{}}`)
			c.send(t, cancellation("5")) // which is answered
			for i, odd := range []string{"{}", "null", `"` + strings.Repeat("x", 60_000) + `"`, "[5]"} {
				c.send(t, cancellation(odd))
				c.send(t, ping(fmt.Sprint(i)))
				next(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{}}`, i))
			}
			for _, id := range []string{"2", `"2"`, "2.0", "9007199254740992", "9007199254740993", `"a"`, `"\u0061"`, "7", "7"} {
				c.send(t, block(id, id, ""))
				receive(t, c.started)
			}
			for _, row := range []struct {
				id    string
				calls int // that have it
			}{{"2", 1}, {"9007199254740993", 1}, {`"\u0061"`, 1}, {"7", 2}, {"3", 0}, {"2", 0}} {
				c.send(t, cancellation(row.id))
				for range row.calls {
					if got := receive(t, c.ended); got != row.id+" cancelled" {
						t.Errorf("cancelled %s: got %s", row.id, got)
					}
				}
			}
			c.send(t, ping("8"))
			next(`{"jsonrpc":"2.0","id":8,"result":{}}`)
			c.send(t, ping("7")) // the id is free again
			next(`{"jsonrpc":"2.0","id":7,"result":{}}`)
			close(c.release)
			left := map[string]bool{`"2"`: true, "2.0": true, "9007199254740992": true, `"a"`: true}
			for range len(left) {
				line := receive(t, c.lines)
				id, _, _ := strings.Cut(strings.TrimPrefix(line, `{"jsonrpc":"2.0","id":`), ",")
				if !left[id] || !strings.Contains(line, "released") {
					t.Errorf("got %s, want the answers to %v", line, left)
				}
				delete(left, id)
			}
			for range 50 {
				c.send(t, `{"jsonrpc":"2.0","id":9,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}`)
				c.send(t, cancellation("9"))
				next(`{"jsonrpc":"2.0","id":9,"result":{`)
			}
		})
	}
}

// TestCancelledHTTP cancels calls of a session on /mcp, whose answers are JSON
// and event streams: the response ends without one.
func TestCancelledHTTP(t *testing.T) {
	w := newWeb(t)
	session, other := w.session(t), w.session(t)
	type response struct{ kind, body string }
	answers := map[string]chan response{}
	start := func(headers map[string]string, id, name, more string) {
		answers[name] = make(chan response, 1)
		go func() {
			_, header, body := w.post(t, "/mcp", headers, block(id, name, more))
			answers[name] <- response{header.Get("Content-Type"), body}
		}()
		receive(t, w.started)
	}
	start(session, "1", "JSON", "")
	start(session, `"a"`, "stream", `,"_meta":{"progressToken":1}`)
	start(session, "3", "same id", "")
	start(session, "3", "same id again", "")
	start(session, "1.0", "stays", "")
	start(other, "1", "other", `,"_meta":{"progressToken":1}`)
	for _, id := range []string{"1", `"a"`, "3", "4", "{}"} {
		if status, _, body := w.post(t, "/mcp", session, cancellation(id)); status != http.StatusAccepted || body != "" {
			t.Errorf("cancelled %s: got %d %s, want 202", id, status, body)
		}
	}
	for range 4 {
		if got := receive(t, w.ended); !strings.HasSuffix(got, " cancelled") || strings.HasPrefix(got, "stays") || strings.HasPrefix(got, "other") {
			t.Errorf("got %s", got)
		}
	}
	for _, name := range []string{"JSON", "stream", "same id", "same id again"} {
		got := receive(t, answers[name])
		if got.kind != "text/event-stream" || strings.Contains(got.body, `"id":`) || strings.Contains(got.body, "notifications/progress") != (name == "stream") {
			t.Errorf("%s: got %s %q, want a stream without an answer", name, got.kind, got.body)
		}
	}
	close(w.release)
	for _, name := range []string{"stays", "other"} {
		if got := receive(t, answers[name]); !strings.Contains(got.body, "released") {
			t.Errorf("%s: got %q, want its answer", name, got.body)
		}
	}
}

// TestCancelledElsewhere cancels a call at another replica than has it.
func TestCancelledElsewhere(t *testing.T) {
	here, there := newReplicas(t)
	c := here.caller(t, "sandbox", "session")
	answers := make(chan string, 1)
	go func() {
		_, _, body := c.send(t, "POST", "/mcp", block("1", "a", ""))
		answers <- body
	}()
	receive(t, here.started)
	if status, _, body := c.at(there).send(t, "POST", "/mcp", cancellation("1")); status != http.StatusAccepted {
		t.Errorf("got %d %s, want 202", status, body)
	}
	if got := receive(t, here.ended); got != "a cancelled" {
		t.Errorf("got %s, want the call cancelled", got)
	}
	if got := receive(t, answers); got != "" {
		t.Errorf("got %s, want no answer", got)
	}
}

// TestCancelledQueued cancels a call that waits for a worker: it does not begin.
func TestCancelledQueued(t *testing.T) {
	p := newPipe(t.Context(), t)
	const workers = 100
	for i := range workers {
		p.write(t, block(fmt.Sprint(i), "runs", "")+"\n")
		receive(t, p.started)
	}
	p.write(t, block("1000", "waits", "")+"\n"+cancellation("1000")+"\n"+ping("1001")+"\n")
	if got := receive(t, p.lines); got != `{"jsonrpc":"2.0","id":1001,"result":{}}` {
		t.Errorf("got %s, want the ping's answer", got)
	}
	close(p.release)
	for range workers {
		if got := receive(t, p.lines); !strings.Contains(got, "released") {
			t.Errorf("got %s, want the answers to the calls that ran", got)
		}
	}
	p.in.Close()
	if err := receive(t, p.stopped); err != nil {
		t.Error(err)
	}
	for line := range p.lines {
		t.Errorf("got %s, want no answer to the call that was cancelled", line)
	}
	if len(p.started) > 0 {
		t.Errorf("%s began after it was cancelled", <-p.started)
	}
}
