package tools_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

// followed are the updates of one resource.
type followed struct {
	a       *agent
	uri     string
	changes chan bool // whether it was the last
}

func (a *agent) follow(ctx context.Context, uri string) *followed {
	a.t.Helper()
	f := &followed{a, uri, make(chan bool, 100)}
	if err := a.resources.Follow(ctx, uri, func(last bool) { f.changes <- last }); err != nil {
		a.t.Fatalf("%s: %v", uri, err)
	}
	return f
}

// next lets time pass until the resource has changed, and reads it.
func (f *followed) next(clock *timers) string {
	f.a.t.Helper()
	for {
		select {
		case <-f.changes:
			return f.read()
		default:
			clock.step(5 * time.Second)
		}
	}
}

// now waits for a change without letting time pass.
func (f *followed) now() string {
	f.a.t.Helper()
	select {
	case <-f.changes:
	case <-time.After(10 * time.Second):
		f.a.t.Fatal("no change came")
	}
	return f.read()
}

func (f *followed) read() string {
	contents, err := f.a.resources.Read(context.Background(), f.uri)
	if err != nil {
		return err.Error()
	}
	return contents[0].(mcp.TextResourceContents).Text
}

// TestFollow follows a meeting from its start to the deletion of its data.
func TestFollow(t *testing.T) {
	a, clock := newWaiting(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	bot := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	before := len(a.sandbox.Requests())
	glance, speech := a.follow(ctx, "meeting://"+bot), a.follow(ctx, "meeting://"+bot+"/transcript?format=markdown")
	if looks := len(a.sandbox.Requests()) - before; looks != 1 {
		t.Errorf("%d looks at one bot", looks)
	}
	for _, want := range []string{": joining", ": in call"} {
		if want != ": joining" {
			glance.next(clock)
		}
		if got := glance.read(); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := speech.now(); !strings.Contains(got, "still being recorded") {
		t.Errorf("got %s", got)
	}
	for got := ""; !strings.Contains(got, "--- meeting speech"); {
		got = speech.next(clock)
	}
	if got := glance.next(clock); !strings.Contains(got, ": ended") && !strings.Contains(got, "left") {
		t.Errorf("got %s", got)
	}
	rest(clock, glance, speech)

	first := speech.read()
	a.ok("retranscribe_meeting", `{"bot_id":"`+bot+`"}`)
	if second := speech.next(clock); second == first {
		t.Error("the transcript was made again, and reads as before")
	}
	rest(clock, glance, speech)

	a.ok("delete_meeting_data", `{"bot_id":"`+bot+`"}`)
	if got := speech.now(); !strings.Contains(got, "There is no transcript") || !strings.Contains(got, "deleted") {
		t.Errorf("got %s", got)
	}
	if got := glance.now(); !strings.Contains(got, "deleted") {
		t.Errorf("got %s", got)
	}

	before, began := len(a.sandbox.Requests()), a.sandbox.Now()
	for a.sandbox.Now().Sub(began) < 3*time.Hour {
		clock.step(time.Minute)
	}
	if looks := len(a.sandbox.Requests()) - before; looks > 50 {
		t.Errorf("%d looks in 3 hours at a meeting that is over", looks)
	}
	if len(glance.changes)+len(speech.changes) > 0 {
		t.Error("something changed that does not")
	}
}

// rest lets some time pass, in which changes may come that belong together.
func rest(clock *timers, all ...*followed) {
	for began := clock.sandbox.Now(); clock.sandbox.Now().Sub(began) < 20*time.Minute; {
		clock.step(15 * time.Second)
	}
	for _, f := range all {
		for len(f.changes) > 0 {
			<-f.changes
		}
	}
}

// Many who follow and wait for a bot make one poll, which ends with the last.
func TestManyFollowersPollOnce(t *testing.T) {
	a, clock := newWaiting(t)
	bot := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	before := len(a.sandbox.Requests())
	ctx, stop := context.WithCancel(t.Context())
	var all []*followed
	for range 100 {
		all = append(all, a.follow(ctx, "meeting://"+bot))
	}
	answer := make(chan result, 1)
	go func() { answer <- a.call("wait_for_meeting", `{"bot_id":"`+bot+`","until":"joined"}`) }()
	for _, f := range all {
		for len(f.changes) == 0 {
			clock.step(time.Second / 4)
		}
	}
	if r := <-answer; r.isError {
		t.Error(r.text)
	}
	looks := 0
	for _, r := range a.sandbox.Requests()[before:] {
		if strings.HasPrefix(r.Path, "/bots/meeting_data") {
			looks++
		}
	}
	if looks > 60 {
		t.Errorf("%d looks", looks)
	}
	stop()
}

// What is told of a bot has it looked at without waiting, for the key that it
// was told of, until nobody follows it any more.
func TestFollowIsTold(t *testing.T) {
	changed, stopped := make(chan func(), 1), make(chan bool, 1)
	a := newAgent(t, tools.Policy{
		After: func(time.Duration) <-chan time.Time { return nil }, // time does not pass
		Watch: func(key client.Secret, bot string, tell func()) func() {
			if key.Reveal() != sandbox.Key || bot == "" {
				t.Errorf("watched %q with the key %q", bot, key.Reveal())
			}
			changed <- tell
			return func() { stopped <- true }
		},
	})
	bot := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	ctx, stop := context.WithCancel(t.Context())
	f := a.follow(ctx, "meeting://"+bot)
	tell := <-changed
	a.sandbox.Advance(time.Minute)
	tell()
	if got := f.now(); !strings.Contains(got, ": in call") {
		t.Errorf("got %s", got)
	}
	stop()
	<-stopped
}

// A meeting that goes away is told once, for the last time, and an API that does
// not answer for a while is no change.
func TestFollowEnds(t *testing.T) {
	var status atomic.Int64
	status.Store(http.StatusOK)
	const at = "2026-01-01T10:00:00Z"
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, `{"mp4":"x","duration":60,"bot_data":{"bot":{"uuid":"b","id":1,"bot_name":"Ada","created_at":"`+at+`","bot_joined_at":"`+at+`","ended_at":"`+at+`"},"transcripts":[]}}`)
	}))
	t.Cleanup(api.Close)
	looks := make(chan chan time.Time, 100)
	a := newAgentAt(t, tools.Policy{After: func(d time.Duration) <-chan time.Time {
		ring := make(chan time.Time, 1)
		if d != fetchTime {
			looks <- ring
		}
		return ring
	}}, api.URL)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	f := a.follow(ctx, "meeting://b")
	for _, s := range []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusOK, http.StatusNotFound} {
		ring := <-looks // the look before is over
		status.Store(int64(s))
		ring <- time.Now()
	}
	if last := <-f.changes; !last || len(f.changes) > 0 {
		t.Errorf("got last %t and %d more, want one change, the last", last, len(f.changes))
	}
}

func TestFollowRefuses(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	for _, row := range []struct{ uri, want string }{
		{"meeting://recent", "only one meeting's resources tell when they change"},
		{"meeting://latest", "only one meeting's"},
		{"meeting://latest/transcript", "only one meeting's"},
		{"meeting://00000000-0000-4000-8000-000000000000", "list_bots gives bot_id"},
		{"meeting://a/audio", "There is no such resource"},
		{"https://example.com", "There is no such resource"},
		{"meeting://..%2f..%2fcalendars", "get_meeting_data"},
		{"", "There is no such resource"},
	} {
		err := a.resources.Follow(t.Context(), row.uri, func(bool) { t.Errorf("%s: changed", row.uri) })
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %s", row.uri, err, row.want)
		}
	}
	only := newAgentWith(t, tools.Policy{}, a.sandbox.URL(), sandbox.Key, "calendars")
	if only.resources.Follows() {
		t.Error("without a tool that reads meetings they can be followed")
	}
	if err := only.resources.Follow(t.Context(), "meeting://x", func(bool) {}); err == nil || !strings.Contains(err.Error(), "is off on this server") {
		t.Errorf("got %v", err)
	}
}
