package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// answering starts a server that answers everything in one way, a client of
// it, and a count of requests.
func answering(t *testing.T, handle http.HandlerFunc) (*client.Client, *atomic.Int64) {
	t.Helper()
	count := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		handle(w, r)
	}))
	t.Cleanup(server.Close)
	return clientOf(t, server.URL, &client.Options{Pause: time.Millisecond, Timeout: 2 * time.Minute}), count
}

func saying(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 10<<20)
	source := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(source.Uint32())
	}
	const page = "<!DOCTYPE html><html><body>Welcome to the router</body></html>"
	for _, row := range []struct {
		what    string
		handle  http.HandlerFunc
		want    string // in the error
		read    int64  // requests for a read
		retried bool
	}{
		{"HTML", saying(200, "text/html; charset=utf-8", page), "a web page, not JSON; is MEETING_BAAS_BASE_URL", 1, false},
		{"HTML refusal", saying(404, "text/html", page), "refused with a web page; is MEETING_BAAS_BASE_URL the API's address? (HTTP 404 Not Found)", 1, false},
		{"HTML, busy", saying(502, "text/html", page), "HTTP 502 Bad Gateway", 3, false},
		{"truncated JSON", saying(200, "application/json", `{"bots":[{"uuid":"a`), "broke off", 3, true},
		{"no answer at all", saying(200, "application/json", ""), "the answer is empty", 3, true},
		{"not JSON", saying(200, "application/json", "hello"), "not JSON", 1, false},
		{"another shape", saying(200, "application/json", `{"bots":"none"}`), "lacks what the API's document promises", 1, false},
		{"10 MB of noise", saying(200, "application/json", string(noise)), "not JSON", 1, false},
		{"10 MB of noise, refused", saying(400, "application/json", string(noise)), "HTTP 400 Bad Request", 1, false},
		{"10 MB of an error", saying(400, "application/json", `{"error":"`+strings.Repeat("a", 10<<20)+`"}`), "HTTP 400 Bad Request", 1, false},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example.com/", http.StatusFound)
		}, "HTTP 302 Found", 1, false},
		{"a cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"bots":[`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "broke off", 3, true},
		{"a hang-up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "connection broke", 3, true},
		{"JSON error", saying(409, "application/json", `{"error":"AlreadyStarted","message":"Wait"}`), "Wait (HTTP 409 Conflict)", 1, false},
		{"text error", saying(422, "text/plain", "missing field\n\x1b[31m `x`"), "missing field [31m `x` (HTTP 422", 1, false},
		{"empty error", saying(429, "", ""), "refused without a reason (HTTP 429 Too Many Requests)", 3, false},
		{"an error of an error", saying(400, "application/json", `{"error":{"code":7}}`), `{"code":7} (HTTP 400`, 1, false},
		{"an error by another name", saying(400, "application/json", `{"detail":"no such plan"}`), `no such plan (HTTP 400`, 1, false},
		{"an error without a word", saying(400, "application/json", `{}`), "refused without a reason (HTTP 400", 1, false},
		{"a list of errors", saying(400, "application/json", `[{"msg":"too long"}]`), "too long", 1, false},
		{"a status of its own", saying(599, "", "tired"), "tired (HTTP 599)", 1, false},
	} {
		c, count := answering(t, row.handle)
		_, err := c.Bots(t.Context(), client.BotQuery{})
		if err == nil || !strings.Contains(err.Error(), row.want) || len(err.Error()) > 450 || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%s, read: %.500v, want %q in a line", row.what, err, row.want)
		}
		if got := count.Load(); row.read > 0 && got != row.read {
			t.Errorf("%s, read: %d requests, want %d", row.what, got, row.read)
		}
		count.Store(0)
		_, err = c.Join(t.Context(), bot(link))
		refusal := refusalOf(err)
		if err == nil || count.Load() != 1 {
			t.Errorf("%s, write: %.300v after %d requests, want an error after 1", row.what, err, count.Load())
		}
		if row.retried && !refusal.Lost {
			t.Errorf("%s, write: %.300v, want it to say that the request may have been carried out", row.what, err)
		}
		if unsure := refusal.Status < 400 || refusal.Status >= 500; refusal.Lost != unsure {
			t.Errorf("%s, write: %+v, want lost unless it was refused", row.what, refusal)
		}
	}
}

func TestAnswerBeyondLimit(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"bots":[],"pad":"`)
		chunk := strings.Repeat("a", 1<<20)
		for range 65 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
		_, _ = io.WriteString(w, `"}`)
	})
	if _, err := c.Bots(t.Context(), client.BotQuery{}); err == nil || !strings.Contains(err.Error(), "larger than 32 MB") {
		t.Errorf("got %.300v, want it to be too large", err)
	}
}

func TestAnswerOfTooManyValues(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"bots":[],"pad":[`)
		chunk := strings.Repeat("[],", 1<<18)
		for range 20 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
		_, _ = io.WriteString(w, `0]}`)
	})
	if _, err := c.Bots(t.Context(), client.BotQuery{}); err == nil || !strings.Contains(err.Error(), "more than 2 million values") {
		t.Errorf("got %.300v, want it to be too much", err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for base, want := range map[string]string{
		strings.Replace(plain.URL, "http:", "https:", 1): "speaks plain HTTP",
		"http://" + address:       "the API at " + address + " cannot be reached",
		"http://127.0.0.1:99999/": "cannot be reached",
		"http://[::1":             "not a URL",
		"gopher://127.0.0.1":      "",
	} {
		c := clientOf(t, base, &client.Options{Pause: time.Millisecond})
		_, err := c.Bots(t.Context(), client.BotQuery{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s, read: %v, want %q", base, err, want)
		}
		if _, err := c.Join(t.Context(), bot(link)); err == nil || refusalOf(err).Lost && want != "" {
			t.Errorf("%s, write: %v, want it to be known as not sent", base, err)
		}
	}
}

// TestRetryAfter holds the pauses between tries.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, header string
		deadline     time.Duration
		tries        int64
		atLeast      time.Duration
		atMost       time.Duration
	}{
		{"seconds", "0.15", time.Minute, 3, 300 * time.Millisecond, 10 * time.Second},
		{"none", "", time.Minute, 3, 0, 10 * time.Second},
		{"nonsense", "soon", time.Minute, 3, 0, 10 * time.Second},
		{"longer than 30 s", "31", time.Minute, 1, 0, 10 * time.Second},
		{"past the deadline", "20", 5 * time.Second, 1, 0, 4 * time.Second},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			c, count := answering(t, func(w http.ResponseWriter, _ *http.Request) {
				if row.header != "" {
					w.Header().Set("Retry-After", row.header)
				}
				w.WriteHeader(http.StatusTooManyRequests)
			})
			ctx, cancel := context.WithTimeout(t.Context(), row.deadline)
			defer cancel()
			begun := time.Now()
			_, err := c.Bots(ctx, client.BotQuery{})
			took := time.Since(begun)
			if count.Load() != row.tries || took < row.atLeast || took > row.atMost || refusalOf(err).Status != http.StatusTooManyRequests {
				t.Errorf("%v after %d requests and %v, want 429 after %d and %v to %v", err, count.Load(), took, row.tries, row.atLeast, row.atMost)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	c, _ := answering(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(hang) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Bots(ctx, client.BotQuery{})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer in time") {
		t.Errorf("got %v, want no answer in time", err)
	}
	halting, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"bots":[`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = halting.Bots(ctx, client.BotQuery{})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "did not come whole in time") {
		t.Errorf("got %v, want that it did not come whole in time", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := c.Join(ctx, bot(link)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it cancelled", err)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"":    `{"data":[{"uuid":"1"}],"next":"a"}`,
		"a":   `{"data":[],"next":"https://api.example.com/calendar_events/?calendar_id=c&cursor=b%3D%3D"}`,
		"b==": `{"data":[],"next":"/calendar_events/?cursor=c"}`,
		"c":   `{"data":[{"uuid":"2"}],"next":null}`,
	}
	c, count := answering(t, func(w http.ResponseWriter, r *http.Request) {
		saying(200, "application/json", pages[r.URL.Query().Get("cursor")])(w, r)
	})
	got := ""
	for event, err := range c.AllEvents(t.Context(), client.EventQuery{CalendarID: "c"}) {
		if err != nil {
			t.Fatal(err)
		}
		got += event.UUID
	}
	if got != "12" || count.Load() != 4 {
		t.Errorf("got events %s on %d pages, want 12 on 4", got, count.Load())
	}
	for range c.AllEvents(t.Context(), client.EventQuery{CalendarID: "c"}) {
		break // which asks for no more
	}
	if count.Load() != 5 {
		t.Errorf("%d requests after stopping early, want 5", count.Load())
	}

	same, _ := answering(t, saying(200, "application/json", `{"bots":[],"next_cursor":"x"}`))
	var last error
	for _, err := range same.AllBots(t.Context(), client.BotQuery{}) {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "lead back") {
		t.Errorf("a list without end: %v, want it noticed", last)
	}
}

func TestEmptyPagesOfSandbox(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	in := bot(link)
	in.Extra = []byte(`{"k":"v"}`)
	joined, err := c.Join(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // newer ones that do not fit
		s.Advance(6 * time.Minute)
		if _, err := c.Join(t.Context(), bot(link)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for found, err := range c.AllBots(t.Context(), client.BotQuery{Limit: 1, FilterByExtra: "k:v"}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, found.UUID)
	}
	if fmt.Sprint(got) != "["+joined.BotID+"]" {
		t.Errorf("got %v, want %s", got, joined.BotID)
	}
}
