package events_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/events"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/internal/work"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newInbox(t testing.TB, state shared.State, received ...func(string)) (*events.Inbox, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	inbox := events.New(events.Options{
		Received: func(event string) {
			for _, told := range received {
				told(event)
			}
		},
		PublicURL: &url.URL{Scheme: "https", Host: "mcp.example.org"}, Secret: []byte("of this test"), State: state,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(inbox.Close)
	return inbox, log
}

func post(t testing.TB, inbox *events.Inbox, method, address, key, kind, body string) int {
	t.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	if key != "" {
		r.Header.Set(client.KeyHeader, key)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	inbox.ServeHTTP(w, r)
	return w.Code
}

var key = client.NewSecret("a key of the API")

func TestWhoMayPost(t *testing.T) {
	received := 0
	inbox, log := newInbox(t, shared.NewMemory(nil), func(string) { received++ })
	mine, other := inbox.URL(key), inbox.URL(client.NewSecret("another key"))
	const json, joined = "application/json", `{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"joining_call"}}}`
	if mine == other || !strings.HasPrefix(mine, "https://mcp.example.org/webhooks/meeting-baas/") || len(mine) < len("https://mcp.example.org/webhooks/meeting-baas/")+32 {
		t.Fatalf("got %s and %s", mine, other)
	}
	for _, row := range []struct {
		what, method, address, key, kind, body string
		want                                   int
	}{
		{"the account's own", "POST", mine, key.Reveal(), json, joined, 200},
		{"with a charset", "POST", mine, key.Reveal(), json + "; charset=utf-8", joined, 200},
		{"no key", "POST", mine, "", json, joined, 404},
		{"another's key", "POST", mine, "another key", json, joined, 404},
		{"another's address", "POST", other, key.Reveal(), json, joined, 404},
		{"a guessed address", "POST", mine[:len(mine)-1] + "x", key.Reveal(), json, joined, 404},
		{"no address", "POST", mine[:len(mine)-32], key.Reveal(), json, joined, 404},
		{"more behind it", "POST", mine + "/x", key.Reveal(), json, joined, 404},
		{"read", "GET", mine, key.Reveal(), "", "", 405},
		{"a form", "POST", mine, key.Reveal(), "application/x-www-form-urlencoded", joined, 415},
		{"no type", "POST", mine, key.Reveal(), "", joined, 415},
		{"not JSON", "POST", mine, key.Reveal(), json, "<html>", 400},
		{"cut off", "POST", mine, key.Reveal(), json, joined[:len(joined)-3], 400},
		{"a list", "POST", mine, key.Reveal(), json, "[" + joined + "]", 400},
		{"no event", "POST", mine, key.Reveal(), json, `{"data":{"bot_id":"b"}}`, 400},
		{"the same name twice", "POST", mine, key.Reveal(), json, `{"event":"complete","event":"failed","data":{"bot_id":"b"}}`, 400},
		{"an event to come", "POST", mine, key.Reveal(), json, `{"event":"bot.exploded","data":{"bot_id":"b","x":[1,{"y":null}]}}`, 200},
		{"of no bot", "POST", mine, key.Reveal(), json, `{"event":"calendar.sync_events","data":{"calendar_id":"c"}}`, 200},
		{"data of another shape", "POST", mine, key.Reveal(), json, `{"event":"complete","data":[]}`, 400},
		{"an id of any length", "POST", mine, key.Reveal(), json, `{"event":"complete","data":{"bot_id":"` + strings.Repeat("b", 300) + `"}}`, 400},
		{"deep", "POST", mine, key.Reveal(), json, `{"event":"x","data":` + strings.Repeat(`{"a":`, 20_000), 400},
		{"huge", "POST", mine, key.Reveal(), json, `{"x":"` + strings.Repeat("x", 40<<20) + `"}`, 413},
	} {
		before := received
		got := post(t, inbox, row.method, row.address, row.key, row.kind, row.body)
		if told := received - before; got != row.want || (got == 200) != (told == 1) || told > 1 {
			t.Errorf("%s: got %d, told of %d, want %d", row.what, got, told, row.want)
		}
	}
	if got := inbox.Seen(t.Context(), key, "b"); got.Code != "joining_call" {
		t.Errorf("got %+v, want joining_call", got)
	}
	if got := inbox.Seen(t.Context(), client.NewSecret("another key"), "b"); got != (events.Seen{}) {
		t.Errorf("another account sees %+v of the bot", got)
	}
	if strings.Contains(log.String(), key.Reveal()) {
		t.Errorf("the log has the key: %s", log)
	}
}

// TestScan posts an event in many spellings, a byte at a time and whole: the
// same is taken out of each, and little of it is held.
func TestScan(t *testing.T) {
	long := strings.Repeat(`\"x`, 100_000)
	for i, row := range []struct {
		body, want string // the code; "" when it is refused
		failed     string
	}{
		{`{"event":"bot.status_change","data":{"bot_id":"BOT","status":{"code":"joining_call"}}}`, "joining_call", ""},
		{" {\n\t\"data\" : { \"status\" : { \"code\" : \"joining_call\" , \"x\" : 1.5e3 } , \"bot_id\" : \"BOT\" } , \"event\" : \"x\" } trailing", "joining_call", ""},
		{`{"ev\u0065nt":"x","data":{"bot_id":"BOT","status":{"code":"joining\u005fcall"}}}`, "joining_call", ""},
		{`{"a":[{"b":"]}"},[],{},null,true,-1],"event":"x","data":{"transcript":[{"words":"` + long + `"}],"bot_id":"BOT","status":{"code":"joining_call"}}}`, "joining_call", ""},
		{`{"` + long + `":"` + long + `","event":"x","data":{"bot_id":"BOT","status":{"x":{"code":"no"},"code":"joining_call"}}}`, "joining_call", ""},
		{`{"event":"failed","data":{"bot_id":"BOT","error":"no_entry","status":"none"}}`, "", "no_entry"},
		{`{"event":"failed","data":{"bot_id":"BOT","error":"` + long + `"}}`, "", "unknown"},
		{`{"event":"x","data":{"bot_id":"BOT","status":{"code":"a","code":"b"}}}`, "", ""},
		{`{"event":"x","data":{"bot_id":"BOT","status":{"code":"a"}}`, "", ""},
		{`{"event":"x","data":{"bot_id":"BOT","status":{"code":"a\`, "", ""},
		{`{"event":"x" "data"`, "", ""},
		{`{"event"}`, "", ""},
		{`{"event":`, "", ""},
		{`{5:"x"}`, "", ""},
	} {
		inbox, _ := newInbox(t, shared.NewMemory(nil))
		for way, reader := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.DataErrReader} {
			bot := fmt.Sprintf("bot-%d-%d", i, way)
			r := httptest.NewRequest("POST", inbox.URL(key), reader(strings.NewReader(strings.Replace(row.body, "BOT", bot, 1))))
			r.Header.Set(client.KeyHeader, key.Reveal())
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			inbox.ServeHTTP(w, r)
			got, ok := inbox.Seen(t.Context(), key, bot), w.Code == 200
			if ok != (row.want+row.failed != "") || got.Code != row.want || got.Failed != row.failed {
				t.Errorf("%.200s: got %d, %+v", row.body, w.Code, got)
			}
		}
	}
	body := `{"x":"` + strings.Repeat("x", 30<<20) + `","event":"x","data":{}}`
	inbox, _ := newInbox(t, shared.NewMemory(nil))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := post(t, inbox, "POST", inbox.URL(key), key.Reveal(), "application/json", body); got != 200 {
		t.Errorf("an event of 30 MB: got %d", got)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("an event of 30 MB takes %d bytes", took)
	}
}

// TestDisorder tells a bot's life in any order, several times over: what is
// known in the end is the same.
func TestDisorder(t *testing.T) {
	life := []string{
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"joining_call","created_at":"2026-05-01T12:00:00.000Z"}}}`,
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"in_waiting_room","created_at":"2026-05-01T12:00:10.000Z"}}}`,
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"in_call_recording","created_at":"2026-05-01T12:01:00.000Z","start_time":1777000000000}}}`,
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"recording_paused","created_at":"2026-05-01T12:02:00.000Z"}}}`,
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"recording_resumed","created_at":"2026-05-01T12:03:00.000Z"}}}`,
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"recording_paused","created_at":"2026-05-01T12:04:00.000Z"}}}`,
		`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"call_ended","created_at":"2026-05-01T12:05:00.000Z"}}}`,
		`{"event":"complete","data":{"bot_id":"b","transcript":[{"speaker":"A","words":[{"word":"x"}]}],"event":"complete","extra":null}}`,
		`{"event":"transcription_complete","data":{"bot_id":"b"}}`,
	}
	want := events.Seen{Code: "call_ended", At: time.Date(2026, 5, 1, 12, 5, 0, 0, time.UTC), Complete: true, Transcript: true}
	for seed := range uint64(50) {
		inbox, _ := newInbox(t, shared.NewMemory(nil))
		twice := append(append([]string{}, life...), life...)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(twice), func(a, b int) { twice[a], twice[b] = twice[b], twice[a] })
		for _, body := range twice {
			if got := post(t, inbox, "POST", inbox.URL(key), key.Reveal(), "application/json", body); got != 200 {
				t.Fatalf("%s: got %d", body, got)
			}
		}
		if got := inbox.Seen(t.Context(), key, "b"); got != want {
			t.Fatalf("order %d: got %+v, want %+v", seed, got, want)
		}
	}
}

// TestBounded posts more than an account may, with a gate that others share.
func TestBounded(t *testing.T) {
	gate := bodies.New(bodies.Limits{Caller: 1, Minute: 1 << 20}, work.NewPool(1, 1<<20))
	inbox := events.New(events.Options{
		PublicURL: &url.URL{Scheme: "https", Host: "mcp.example.org"}, Secret: []byte("of this test"), State: shared.NewMemory(nil),
		Log: slog.New(slog.DiscardHandler), Bodies: gate,
	})
	t.Cleanup(inbox.Close)
	begun, goOn := make(chan struct{}), make(chan struct{})
	ended := make(chan int)
	go func() {
		slow := io.MultiReader(strings.NewReader(`{"event":`), waiting(func() { close(begun); <-goOn }), strings.NewReader(`"x","data":{}}`))
		r := httptest.NewRequest("POST", inbox.URL(key), slow)
		r.Header.Set(client.KeyHeader, key.Reveal())
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		inbox.ServeHTTP(w, r)
		ended <- w.Code
	}()
	<-begun
	other := client.NewSecret("another key")
	for i, step := range []struct {
		key  client.Secret
		size int
		want int
	}{{key, 10, 429}, {other, 10, 200}, {other, 900_000, 200}, {other, 900_000, 429}, {other, 40 << 20, 413}, {other, 10, 200}} {
		if got := post(t, inbox, "POST", inbox.URL(step.key), step.key.Reveal(), "application/json", `{"event":"x","x":"`+strings.Repeat("x", step.size)+`"}`); got != step.want {
			t.Errorf("step %d: got %d, want %d", i, got, step.want)
		}
	}
	close(goOn)
	if got := <-ended; got != 200 {
		t.Errorf("the slow one: got %d", got)
	}
	if use := gate.Use(); use.Bodies != 0 || use.Refused != 2 {
		t.Errorf("left: %+v", use)
	}
}

// waiting is a reader of nothing that takes its time.
type waiting func()

func (w waiting) Read([]byte) (int, error) {
	w()
	return 0, io.EOF
}

// TestReplicas has one replica take in what another's callers wait for.
func TestReplicas(t *testing.T) {
	state := shared.NewMemory(nil)
	here, _ := newInbox(t, state)
	there, _ := newInbox(t, state)
	changed := make(chan struct{}, 10)
	stop := there.Watch(key, "b", func() { changed <- struct{}{} })
	stopOther := there.Watch(key, "c", func() { t.Error("told of another bot") })
	defer stopOther()
	tell := func(code string) {
		post(t, here, "POST", here.URL(key), key.Reveal(), "application/json", fmt.Sprintf(`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":%q}}}`, code))
	}
	tell("in_waiting_room")
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Fatal("the other replica was not told")
	}
	if got := there.Seen(t.Context(), key, "b").Code; got != "in_waiting_room" {
		t.Errorf("got %q there", got)
	}
	stop()
	tell("in_call_recording")
	if got := there.Seen(t.Context(), key, "b").Code; got != "in_call_recording" {
		t.Errorf("got %q there", got)
	}
}

// TestFinished reads meetings once they can be read, with their own key.
func TestFinished(t *testing.T) {
	inbox, log := newInbox(t, shared.NewMemory(nil))
	ctx, stop := context.WithCancel(t.Context())
	kept, ended := make(chan string, 10), make(chan struct{})
	api := client.New("", client.Secret{}, nil)
	go func() {
		defer close(ended)
		inbox.Run(ctx, func(ctx context.Context, bot string) error {
			kept <- bot + " " + api.KeyFor(ctx).Reveal()
			return io.ErrUnexpectedEOF
		})
	}()
	for _, body := range []string{`{"event":"failed","data":{"bot_id":"a","error":"BotNotAccepted"}}`, `{"event":"complete","data":{"bot_id":"b"}}`} {
		post(t, inbox, "POST", inbox.URL(key), key.Reveal(), "application/json", body)
	}
	if got, want := <-kept, "b "+key.Reveal(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	stop()
	<-ended
	if got := inbox.Seen(t.Context(), key, "a").Failed; got != "BotNotAccepted" {
		t.Errorf("got %q failed", got)
	}
	if !strings.Contains(log.String(), "could not be read") {
		t.Errorf("the log does not say that a meeting could not be read: %s", log)
	}
}

// An account that reports too much is held back, and no other is.
func TestTooMuch(t *testing.T) {
	now := time.Now()
	inbox, _ := newInbox(t, shared.NewMemory(func() time.Time { return now }))
	tell := func(key client.Secret, bot string) int {
		return post(t, inbox, "POST", inbox.URL(key), key.Reveal(), "application/json", `{"event":"complete","data":{"bot_id":"`+bot+`"}}`)
	}
	taken := 0
	for minute := range 4 {
		for n := range 1300 {
			if tell(key, fmt.Sprint(minute, " ", n)) == http.StatusOK {
				taken++
			}
		}
		now = now.Add(time.Minute)
	}
	if taken < 2000 || taken > 2010 { // some are free again after minutes
		t.Errorf("%d bots were taken in, want 2000", taken)
	}
	if got := tell(client.NewSecret("another key"), "b"); got != http.StatusOK {
		t.Errorf("another account: got %d", got)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(`{"event":"bot.status_change","data":{"bot_id":"b","status":{"code":"joining_call","created_at":"2026-05-01T12:00:00Z"}}}`)
	f.Add(`{"event":"complete","data":{"bot_id":"b","status":[],"error":null,"transcript":[{"words":[]}]}}`)
	f.Add(`{"event":"\ud800","data":{"bot_id":"\u0000"}}`)
	f.Add(`{"data":{}}`)
	inbox, _ := newInbox(f, shared.NewMemory(nil))
	f.Fuzz(func(t *testing.T, body string) {
		if got := post(t, inbox, http.MethodPost, inbox.URL(key), key.Reveal(), "application/json", body); got != 200 && got != 400 {
			t.Errorf("%s: got %d", body, got)
		}
	})
}
