package sandbox

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is what the clock shows first in the tests.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// open starts a sandbox whose clock stands at noon, and a client of it.
func open(t *testing.T, o Options) (*Sandbox, *client.Client) {
	t.Helper()
	if o.Start.IsZero() {
		o.Start = noon
	}
	s, err := Start(o)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s, clientOf(t, s, Key)
}

func clientOf(t *testing.T, s *Sandbox, key string) *client.Client {
	t.Helper()
	c := client.New(s.URL(), client.NewSecret(key), &client.Options{Pause: time.Millisecond, Now: s.Now})
	t.Cleanup(c.Close)
	return c
}

// reply is what came back over plain HTTP.
type reply struct {
	status int
	kind   string
	body   string
	header http.Header
}

// ask sends a request with the key of the first account, or with the headers
// given in pairs of name and value.
func ask(t *testing.T, s *Sandbox, method, path, body string, headers ...string) reply {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.URL() + path
	}
	r, err := http.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(client.KeyHeader, Key)
	r.Header.Set("Content-Type", "application/json")
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{answer.StatusCode, answer.Header.Get("Content-Type"), string(raw), answer.Header}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		options Options
		want    string
	}{
		{Options{Addr: "0.0.0.0:0"}, "loopback only"},
		{Options{Addr: ":3001"}, "loopback only"},
		{Options{Addr: "example.com:80"}, "loopback only"},
		{Options{Addr: "127.0.0.1"}, "missing port"},
		{Options{Speed: -1}, "backwards"},
		{Options{Quirks: []string{"dedup=maybe"}}, `"dedup=maybe" is unknown; valid: dedup=failed, auth=403`},
		{Options{Faults: "429=2"}, "429=2: want a rate of 0 to 1"},
		{Options{Faults: "429"}, "429=: want a rate"},
		{Options{Faults: "cut=0.6,garbage=0.6"}, "more than 1"},
		{Options{Faults: "slow=0.1"}, "want a duration"},
		{Options{Faults: "418=0.1"}, `"418" is unknown; valid: 429`},
	} {
		s, err := Start(row.options)
		if err == nil {
			_ = s.Close()
			t.Errorf("%+v: started, want an error with %q", row.options, row.want)
		} else if !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: got %q, want %q in it", row.options, err, row.want)
		}
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Speed: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Speed: 36_000, Start: noon})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	came := make(chan time.Time, 1)
	s.mu.Lock()
	s.after(time.Hour, func() { came <- s.now() })
	s.mu.Unlock()
	select {
	case at := <-came:
		if late := at.Sub(noon); late < time.Hour {
			t.Errorf("the timer ran %v after noon, want an hour or more", late)
		}
	case <-time.After(20 * time.Second):
		t.Error("an hour at 36,000 times took more than 20 s")
	}
}

func TestAdvance(t *testing.T) {
	t.Parallel()
	s, _ := open(t, Options{})
	var ran []string
	note := func(what string) func() { return func() { ran = append(ran, what+s.now().Format(" 15:04")) } }
	s.mu.Lock()
	s.after(2*time.Hour, note("second"))
	s.after(time.Hour, func() {
		note("first")()
		s.after(30*time.Minute, note("nested"))
	})
	s.stop(s.after(time.Minute, note("stopped")))
	s.after(4*time.Hour, note("later"))
	s.mu.Unlock()
	s.Advance(3 * time.Hour)
	if want := []string{"first 13:00", "nested 13:30", "second 14:00"}; !slices.Equal(ran, want) {
		t.Errorf("ran %q, want %q", ran, want)
	}
	if got, want := s.Now(), noon.Add(3*time.Hour); !got.Equal(want) {
		t.Errorf("now %v, want %v", got, want)
	}
}
