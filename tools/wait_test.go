package tools_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

// timers are timers on the sandbox's clock, which the test drives.
type timers struct {
	mu      sync.Mutex
	sandbox *sandbox.Sandbox
	open    map[chan time.Time]time.Time
	polls   map[chan time.Time]bool // those for the next look at a bot
}

func (c *timers) after(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ring := make(chan time.Time, 1)
	c.open[ring] = c.sandbox.Now().Add(d)
	if d != patience && d != fetchTime {
		c.polls[ring] = true
	}
	return ring
}

// How long wait_for_meeting waits by default, and a subscription for the first look.
const (
	patience  = 40 * time.Second
	fetchTime = 10 * time.Second
)

// step moves the clock on if the next look at a bot is waiting for it, rather
// than under way.
func (c *timers) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.polls) == 0 {
		runtime.Gosched()
		return
	}
	c.sandbox.Advance(d)
	for ring, at := range c.open {
		if now := c.sandbox.Now(); !now.Before(at) {
			ring <- now
			delete(c.open, ring)
			delete(c.polls, ring)
		}
	}
}

func newWaiting(t *testing.T) (*agent, *timers) {
	clock := &timers{open: map[chan time.Time]time.Time{}, polls: map[chan time.Time]bool{}}
	a := newAgent(t, tools.Policy{SpeechToText: "default", CallLimit: 50 * time.Second, After: clock.after})
	clock.mu.Lock()
	clock.sandbox = a.sandbox
	clock.mu.Unlock()
	return a, clock
}

// wait calls wait_for_meeting again and again while it says running, as its
// answer asks, and drives the clock meanwhile.
func waitThrough(a *agent, clock *timers, args string) (result, int) {
	for calls := 1; ; calls++ {
		answers := make(chan result, 1)
		go func() { answers <- a.call("wait_for_meeting", args) }()
		var r result
		for waiting := true; waiting; {
			select {
			case r = <-answers:
				waiting = false
			default:
				clock.step(5 * time.Second)
			}
		}
		if r.isError || r.field("state") != "running" || calls == 2000 {
			return r, calls
		}
	}
}

func TestWait(t *testing.T) {
	for _, row := range []struct{ link, until, state, reached, cause, whose string }{
		{"abc-defg-hij", "joined", "in call", "true", "", ""},
		{"abc-defg-hij", "recording", "in call", "true", "", ""},
		{"abc-defg-hij", "ended", "ended", "true", "", ""},
		{"abc-defg-hij", "transcript", "ended", "true", "", ""},
		{"nev-erad-mit", "joined", "failed", "false", "Nobody admitted the bot", "host"},
		{"rej-ectd-hst", "transcript", "failed", "false", "refused the bot", "host"},
		{"rem-oved-mid", "transcript", "ended", "true", "removed the bot", "host"},
		{"rem-oved-ear", "recording", "failed", "false", "seconds after it was admitted", "host"},
		{"not-foun-dxx", "joined", "failed", "false", "leads to no meeting", "bot"},
		{"nob-odys-pks", "transcript", "ended", "false", "nobody spoke", "guests"},
		{"nob-odyc-oms", "transcript", "ended", "false", "nobody spoke", "guests"},
		{"hos-tnev-ers", "joined", "failed", "false", "did not come in time", "host"},
		{"rec-ordn-oty", "recording", "failed", "false", "right to record", "host"},
		{"stt-fail-sxx", "transcript", "ended", "false", "transcription failed", "service"},
	} {
		t.Run(row.link+" "+row.until, func(t *testing.T) {
			t.Parallel()
			a, clock := newWaiting(t)
			bot := a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/`+row.link+`","bot_name":"Ada"}`).field("bot_id")
			r, calls := waitThrough(a, clock, `{"bot_id":"`+bot+`","until":"`+row.until+`"}`)
			if r.field("state") != row.state || strings.Contains(r.json, `"reached":true`) != (row.reached == "true") ||
				!strings.Contains(r.text, row.cause) || !strings.Contains(r.json, row.cause) || r.field("whose") != row.whose {
				t.Errorf("after %d calls:\n%s\n%s", calls, r.text, r.json)
			}
		})
	}
}

// Two hundred waits on one bot make one poll, and leave nothing behind.
func TestManyWaitsPollOnce(t *testing.T) {
	a, clock := newWaiting(t)
	bot := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	before, began := len(a.sandbox.Requests()), a.sandbox.Now()
	answers := make(chan result, 200)
	calls := make(chan int, cap(answers))
	for range cap(answers) {
		go func() {
			r, n := result{}, 0
			for n++; ; n++ {
				if r = a.call("wait_for_meeting", `{"bot_id":"`+bot+`","until":"joined"}`); r.field("state") != "running" {
					break
				}
			}
			calls <- n
			answers <- r
		}()
	}
	for got := 0; got < cap(answers); {
		select {
		case r := <-answers:
			got++
			if r.isError || !strings.Contains(r.text, "Reached: joined") {
				t.Error(r.text)
			}
		default:
			clock.step(time.Second / 10)
		}
	}
	total, most := 0, 0
	for range cap(answers) {
		n := <-calls
		total, most = total+n, max(most, n)
	}
	polls, passed := len(a.sandbox.Requests())-before, a.sandbox.Now().Sub(began)
	t.Logf("%d polls for %d calls, %d one after the other, in %s", polls, total, most, passed)
	if polls > most+int(passed/(2*time.Second)) {
		t.Errorf("%d polls for %d calls in %s", polls, total, passed)
	}
}

func TestWaitRefuses(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	for _, row := range []struct{ args, want string }{
		{`{"bot_id":"latest"}`, "cannot be latest"},
		{`{"bot_id":"nope"}`, "list_bots gives bot_id"},
		{`{"bot_id":"nope","until":"soon"}`, "Valid: joined, recording, ended, transcript"},
	} {
		if r := a.call("wait_for_meeting", row.args); !r.isError || !strings.Contains(r.text, row.want) {
			t.Errorf("%s: %s", row.args, r.text)
		}
	}
}
