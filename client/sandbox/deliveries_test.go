package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
)

// receiver is a webhook that notes what it gets, and refuses its first events.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	refuses int
	got     []string // each event's name, code or error
	bodies  []map[string]any
}

func newReceiver(t *testing.T, refuses int) *receiver {
	t.Helper()
	h := &receiver{refuses: refuses}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read event: %v", err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.refuses > 0 {
			h.refuses--
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		var e struct {
			Event string         `json:"event"`
			Data  map[string]any `json:"data"`
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Errorf("event %s: %v", raw, err)
		}
		if key := r.Header.Get(client.KeyHeader); key != Key || r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPost {
			t.Errorf("event %s: %s with key %q", e.Event, r.Method, key)
		}
		word := e.Event
		if status, ok := e.Data["status"].(map[string]any); ok {
			word = fmt.Sprint(status["code"])
		}
		h.got, h.bodies = append(h.got, word), append(h.bodies, e.Data)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *receiver) words() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.got, " ")
}

func hooked(url string, h *receiver) client.JoinRequest {
	in := transcribed(url)
	in.WebhookURL = client.Destination(h.URL)
	in.Extra = jsontext.Value(`{"order":7}`)
	return in
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	const heard = "joining_call in_waiting_room in_call_not_recording in_call_recording call_ended complete"
	for _, row := range []struct {
		link, want, cause string
	}{
		{ordinary, heard, ""},
		{"https://zoom.us/my/nobody-speaks", heard, ""},
		{"https://zoom.us/my/transcription-fails", heard, ""},
		{"https://zoom.us/my/removed-midway", "joining_call in_waiting_room in_call_not_recording in_call_recording bot_removed call_ended complete", ""},
		{"https://zoom.us/my/removed-early", "joining_call in_waiting_room in_call_not_recording bot_removed_too_early call_ended failed", "BotRemovedTooEarly"},
		{"https://zoom.us/my/never-admitted", "joining_call in_waiting_room waiting_room_timeout call_ended failed", "TimeoutWaitingToStart"},
		{"https://zoom.us/my/rejected-by-host", "joining_call in_waiting_room bot_rejected call_ended failed", "BotNotAccepted"},
		{"https://zoom.us/my/meeting-not-found", "joining_call meeting_error call_ended failed", "CannotJoinMeeting"},
		{"https://meet.google.com/", "joining_call invalid_meeting_url call_ended failed", "InvalidMeetingUrl"},
		{"not a link", "joining_call invalid_meeting_url call_ended failed", "InvalidMeetingUrl"},
	} {
		t.Run(row.link, func(t *testing.T) {
			t.Parallel()
			s, c := open(t, Options{})
			h := newReceiver(t, 0)
			id := mustJoin(t, c, hooked(row.link, h))
			s.Advance(3 * time.Hour)
			if got := h.words(); got != row.want {
				t.Fatalf("got %s, want %s", got, row.want)
			}
			last := h.bodies[len(h.bodies)-1]
			data := mustData(t, c, id)
			if last["bot_id"] != id || fmt.Sprint(last["extra"]) != "map[order:7]" {
				t.Errorf("final event %v, want bot %s and its extra", last, id)
			}
			if row.cause != "" {
				if last["error"] != row.cause || last["message"] == "" {
					t.Errorf("failed with %v, %v, want %s", last["error"], last["message"], row.cause)
				}
				return
			}
			turns, _ := last["transcript"].([]any)
			if len(turns) != len(data.BotData.Transcripts) || last["event"] != "complete" || last["audio"] == "" {
				t.Errorf("complete with %d turns, want %d", len(turns), len(data.BotData.Transcripts))
			}
			if len(turns) > 0 {
				raw, err := json.Marshal(turns[0])
				var turn client.Transcript
				if err != nil || json.Unmarshal(raw, &turn) != nil || !strings.Contains(string(raw), `"word":`) || !strings.Contains(string(raw), `"offset":`) {
					t.Fatalf("turn %s: %v", raw, err)
				}
				if got, want := turn.Words[0].Text, data.BotData.Transcripts[0].Words[0].Text; got != want {
					t.Errorf("first word %q, want %q", got, want)
				}
			}
			status := h.bodies[3]["status"].(map[string]any)
			if want := noon.Add(untilRecording); status["created_at"] != "2026-03-10T12:00:34.000Z" || status["start_time"] != float64(want.UnixMilli()) {
				t.Errorf("in_call_recording %v, want %v", status, want)
			}
		})
	}
}

func TestLeaveTellsWebhook(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	h := newReceiver(t, 0)
	id := mustJoin(t, c, hooked(ordinary, h))
	s.Advance(2 * time.Minute)
	if err := c.Leave(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	s.Advance(time.Hour)
	if got, want := h.words(), "joining_call in_waiting_room in_call_not_recording in_call_recording api_request_stop call_ended complete"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWebhookIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		refuses int
		want    string
		errors  string
	}{
		{2, "joining_call in_waiting_room bot_rejected call_ended failed", "BotNotAccepted"},
		{3, "in_waiting_room bot_rejected call_ended failed", "BotNotAccepted"}, // two retries are all that a status gets
	} {
		s, c := open(t, Options{})
		h := newReceiver(t, row.refuses)
		mustJoin(t, c, hooked("https://zoom.us/my/rejected-by-host", h))
		s.Advance(time.Hour)
		if got := h.words(); got != row.want {
			t.Errorf("%d refused: got %s, want %s", row.refuses, got, row.want)
		}
	}
	s, c := open(t, Options{})
	h := newReceiver(t, 1000)
	id := mustJoin(t, c, hooked(ordinary, h))
	s.Advance(3 * time.Hour)
	if got, want := sight(mustData(t, c, id)), "joined, exited, ended, mp4, audio, recorded, words, send webhook: Status: 503"; got != want {
		t.Errorf("a webhook that fails: got %s, want %s", got, want)
	}
	if got, want := len(s.Deliveries()), 5*3+4; got != want {
		t.Errorf("%d tries, want %d", got, want)
	}
}

func TestWebhooksStayHere(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ url, fault string }{
		{"https://example.com/hook", ""},
		{"https://hooks.example.com:8443/x", ""},
		{"https://example.com.evil.test/x", "this machine and example.com only"},
		{"https://notexample.com/x", "this machine and example.com only"},
		{"http://192.0.2.7/x", "this machine and example.com only"},
		{"http://0.0.0.0:80/x", "this machine and example.com only"},
		{"ftp://127.0.0.1/x", "invalid webhook URL"},
		{"::", "invalid webhook URL"},
	} {
		s, c := open(t, Options{})
		in := transcribed("https://zoom.us/my/rejected-by-host")
		in.WebhookURL = client.Destination(row.url)
		id := mustJoin(t, c, in)
		s.Advance(time.Hour)
		sent := s.Deliveries()
		if len(sent) != 5 || !slices.ContainsFunc(sent, func(d Delivery) bool { return d.Event == "failed" }) {
			t.Fatalf("%s: %d deliveries, want 5 and no retries", row.url, len(sent))
		}
		for _, d := range sent {
			if d.Fault == "" != (row.fault == "") || !strings.Contains(d.Fault, row.fault) {
				t.Errorf("%s: %s has the fault %q, want %q", row.url, d.Event, d.Fault, row.fault)
			}
		}
		if got := mustData(t, c, id).BotData.Bot.Errors; got != "BotNotAccepted" {
			t.Errorf("%s: errors %q, want the meeting's own", row.url, got)
		}
	}
}

func TestRedirectedWebhookIsNotFollowed(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	h := newReceiver(t, 0)
	elsewhere := httptest.NewServer(http.RedirectHandler(h.URL, http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	if err := s.SetWebhook(Key, elsewhere.URL); err != nil {
		t.Fatal(err)
	}
	mustJoin(t, c, transcribed("https://zoom.us/my/rejected-by-host"))
	s.Advance(time.Hour)
	if got := h.words(); got != "" || len(s.Deliveries()) == 0 {
		t.Errorf("got %s after %d tries, want nothing", got, len(s.Deliveries()))
	}
}

func TestAccountWebhook(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	own, bots := newReceiver(t, 0), newReceiver(t, 0)
	if err := s.SetWebhook(Key, own.URL); err != nil {
		t.Fatal(err)
	}
	if err := s.SetWebhook("nobody", own.URL); err == nil {
		t.Error("a webhook was set for an unknown key")
	}
	mustJoin(t, c, hooked("https://zoom.us/my/rejected-by-host", bots))
	mustJoin(t, clientOf(t, s, OtherKey), transcribed(ordinary))
	id := mustJoin(t, c, transcribed(ordinary))
	s.Advance(3 * time.Hour)
	if got := bots.words(); !strings.HasSuffix(got, "failed") {
		t.Errorf("the bot's webhook got %s", got)
	}
	if got := own.words(); !strings.HasSuffix(got, "call_ended complete") || strings.Contains(got, "failed") {
		t.Errorf("the account's webhook got %s", got)
	}
	for _, to := range []client.Destination{"", client.Destination(bots.URL)} {
		if err := c.Retranscribe(t.Context(), client.Retranscription{BotID: id, WebhookURL: to}); err != nil {
			t.Fatal(err)
		}
	}
	s.Advance(time.Minute)
	for _, h := range []*receiver{own, bots} {
		if got := h.words(); strings.Count(got, "transcription_complete") != 1 {
			t.Errorf("after retranscribing: %s", got)
		}
	}
}

func TestWebhooksOnARunningClock(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{Speed: 2000})
	told := make(chan string, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read event: %v", err)
		}
		told <- string(raw)
	}))
	t.Cleanup(hook.Close)
	if err := s.SetWebhook(Key, hook.URL); err != nil {
		t.Fatal(err)
	}
	id := mustJoin(t, c, transcribed("https://zoom.us/my/rejected-by-host"))
	for _, want := range []string{"joining_call", "in_waiting_room", "bot_rejected", "call_ended", "BotNotAccepted"} {
		select {
		case got := <-told:
			if !strings.Contains(got, want) || !strings.Contains(got, id) {
				t.Errorf("got %s, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s did not come", want)
		}
	}
}
