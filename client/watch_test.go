package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
)

// watcher lists the requests that it sees, as "operation method try status".
type watcher struct{ seen []string }

func (w *watcher) watch(_ context.Context, sent *client.Attempt) func(error) {
	sent.Header = http.Header{"Traceparent": {"t"}}
	return func(error) {
		w.seen = append(w.seen, fmt.Sprint(sent.Operation, " ", sent.Method, " ", sent.Try, " ", sent.Status))
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	var w watcher
	each(t, sandbox.Options{}, func(t *testing.T, s *sandbox.Sandbox, _ *client.Client, id ids, op operation) {
		c := clientOf(t, s.URL(), &client.Options{Watch: w.watch, Now: s.Now})
		before := len(w.seen)
		if err := op.call(t.Context(), c, id); err != nil {
			t.Errorf("%s: %v", op.name, err)
		}
		if got := w.seen[before:]; len(got) != 1 || !strings.HasPrefix(got[0], op.name+" ") || !strings.Contains(got[0], " 1 20") {
			t.Errorf("%s: saw %q, want it once, answered", op.name, got)
		}
	})
	s, _ := open(t, sandbox.Options{})
	c := clientOf(t, s.URL(), &client.Options{Watch: w.watch})
	w.seen = nil
	s.Refuse(503, 1)
	_, err := c.Bots(t.Context(), client.BotQuery{})
	if want := []string{"bots_with_metadata GET 1 503", "bots_with_metadata GET 2 200"}; err != nil || !slices.Equal(w.seen, want) {
		t.Errorf("a read that is refused once: saw %q, %v, want %q", w.seen, err, want)
	}
	w.seen = nil
	gone := clientOf(t, "http://127.0.0.1:1", &client.Options{Watch: w.watch})
	if _, err := gone.Join(t.Context(), bot(link)); err == nil || !slices.Equal(w.seen, []string{"join POST 1 0"}) {
		t.Errorf("a write to nowhere: saw %q, %v", w.seen, err)
	}
}

// TestWatchAddsHeaders holds that what a watcher adds goes to the API, and not
// with a file's link elsewhere.
func TestWatchAddsHeaders(t *testing.T) {
	t.Parallel()
	carried := map[string]string{}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		carried[r.URL.Path] = r.Header.Get("Traceparent")
		_, _ = w.Write([]byte(`{"ok":true}`))
	}))
	t.Cleanup(api.Close)
	var w watcher
	c := clientOf(t, api.URL, &client.Options{Watch: w.watch})
	if err := c.Leave(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.File(t.Context(), api.URL+"/file"); err != nil {
		t.Fatal(err)
	}
	if carried["/bots/b"] != "t" || carried["/file"] != "" || !slices.Equal(w.seen, []string{"leave DELETE 1 200", "fetch file GET 1 200"}) {
		t.Errorf("carried %v, saw %q", carried, w.seen)
	}
}

func TestReach(t *testing.T) {
	t.Parallel()
	s, c := open(t, sandbox.Options{})
	if err := c.Reach(t.Context()); err != nil {
		t.Errorf("an API that answers 404: %v", err)
	}
	if sent := s.Requests(); len(sent) != 1 || sent[0].Key != "" {
		t.Errorf("sent %+v, want one request without a key", sent)
	}
	s.Refuse(503, 1)
	for name, err := range map[string]error{"trouble": c.Reach(t.Context()), "nowhere": clientOf(t, "http://127.0.0.1:1", nil).Reach(t.Context())} {
		if err == nil {
			t.Errorf("%s counts as reached", name)
		}
	}
}
