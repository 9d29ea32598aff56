package shared_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/internal/redistest"
	"github.com/meetmcp/meetmcp/internal/shared"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what a test waits for; nothing takes it when all is well.
const patience = 20 * time.Second

func open(t *testing.T, addr string) (*shared.Redis, *buffer) {
	t.Helper()
	log := &buffer{}
	r, err := shared.OpenRedis("redis://"+addr, []byte("of this test"), slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return r, log
}

type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(patience); !is(); {
		if time.Now().After(late) {
			t.Fatalf("it never came that %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestState holds every kind of state to the same story; replicas share one.
func TestState(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		m := shared.NewMemory(nil)
		story(t, m, m)
	})
	redistest.Each(t, func(t *testing.T, s *redistest.Store) {
		here, _ := open(t, s.Addr)
		there, _ := open(t, s.Addr)
		story(t, here, there)
	})
}

func story(t *testing.T, here, there shared.State) {
	ctx := t.Context()
	if err := here.Ready(ctx); err != nil {
		t.Errorf("not ready: %v", err)
	}
	rate := shared.Rate{Most: 3, Per: time.Hour}
	for i, s := range []shared.State{here, there, here, there} {
		wait, ok := s.Take(ctx, "reads/a", rate)
		if ok != (i < 3) || !ok && (wait <= 0 || wait > 20*time.Minute) {
			t.Errorf("take %d: got %v, %v", i, wait, ok)
		}
	}
	if _, ok := there.Take(ctx, "reads/b", rate); !ok {
		t.Error("another key's bucket is empty")
	}
	if _, ok := there.Take(ctx, "reads/a", shared.Rate{}); !ok {
		t.Error("no limit refuses")
	}
	var tokens []string
	for i, s := range []shared.State{here, there, here, there} {
		token, free, ok := s.Spend(ctx, "launches/a", rate)
		tokens = append(tokens, token)
		if ok != (i < 3) || !ok && (time.Until(free) <= 50*time.Minute || time.Until(free) > time.Hour) {
			t.Errorf("spend %d: got %v, %v", i, free, ok)
		}
	}
	there.Refund(ctx, "launches/a", tokens[0])
	if _, _, ok := here.Spend(ctx, "launches/a", rate); !ok {
		t.Error("what was taken back cannot be spent again")
	}
	if !here.Once(ctx, "confirmed/a", time.Hour) || there.Once(ctx, "confirmed/a", time.Hour) || here.Once(ctx, "confirmed/a", time.Hour) || !there.Once(ctx, "confirmed/b", time.Hour) {
		t.Error("what is claimed once can be claimed twice, or not at all")
	}
	if got := there.Get(ctx, "bot/a"); got != nil {
		t.Errorf("got %q before it was set", got)
	}
	here.Set(ctx, "bot/a", []byte("in_waiting_room"), time.Hour)
	if got := there.Get(ctx, "bot/a"); string(got) != "in_waiting_room" {
		t.Errorf("got %q", got)
	}
	heard := make(chan string, 100)
	stop := there.Subscribe("events", func(m []byte) { heard <- string(m) })
	stopOther := there.Subscribe("others", func(m []byte) { t.Errorf("heard %q of another topic", m) })
	defer stopOther()
	eventually(t, "what is published is heard", func() bool {
		here.Publish(ctx, "events", []byte("first"))
		select {
		case got := <-heard:
			return got == "first"
		case <-time.After(50 * time.Millisecond): // it may not be subscribed yet
			return false
		}
	})
	for i := range 50 {
		here.Publish(ctx, "events", fmt.Append(nil, i))
	}
	for i := 0; i < 50; {
		select {
		case got := <-heard:
			if got == "first" {
				continue
			}
			if got != fmt.Sprint(i) {
				t.Fatalf("heard %q, want %d", got, i)
			}
			i++
		case <-time.After(patience):
			t.Fatalf("%d of 50 messages came", i)
		}
	}
	stop()
	here.Publish(ctx, "events", []byte("late"))
}

// TestClock drives the clock of the state in memory.
func TestClock(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	m := shared.NewMemory(func() time.Time { return now })
	ctx := t.Context()
	rate := shared.Rate{Most: 2, Per: time.Minute}
	for i := range 2 {
		if _, ok := m.Take(ctx, "k", rate); !ok {
			t.Fatalf("take %d refused", i)
		}
		if _, _, ok := m.Spend(ctx, "k", rate); !ok {
			t.Fatalf("spend %d refused", i)
		}
	}
	if wait, ok := m.Take(ctx, "k", rate); ok || wait != 30*time.Second {
		t.Errorf("got %v, want to wait 30 s", wait)
	}
	now = now.Add(30 * time.Second)
	if _, ok := m.Take(ctx, "k", rate); !ok {
		t.Error("the bucket was not refilled")
	}
	if _, free, ok := m.Spend(ctx, "k", rate); ok || !free.Equal(now.Add(30*time.Second)) {
		t.Errorf("got %v, want it free in 30 s", free)
	}
	now = now.Add(30 * time.Second)
	if _, _, ok := m.Spend(ctx, "k", rate); !ok {
		t.Error("the window did not move on")
	}
	m.Set(ctx, "v", []byte("x"), time.Minute)
	if m.Once(ctx, "o", time.Minute); m.Once(ctx, "o", time.Minute) {
		t.Error("claimed twice")
	}
	now = now.Add(time.Hour)
	if m.Get(ctx, "v") != nil || !m.Once(ctx, "o", time.Minute) {
		t.Error("what has run out is still there")
	}
}

// TestLosing kills Redis and starts it again: each replica goes on alone, says
// so, and brings what it missed.
func TestLosing(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Store) {
		here, _ := open(t, s.Addr)
		there, _ := open(t, s.Addr)
		ctx := t.Context()
		here.Set(ctx, "bot/before", []byte("x"), time.Hour)
		s.Kill(t)
		here.Set(ctx, "gone/a", []byte("deleted"), time.Hour)
		if got := here.Get(ctx, "gone/a"); string(got) != "deleted" {
			t.Errorf("alone: got %q", got)
		}
		if got := here.Get(ctx, "bot/before"); string(got) != "x" {
			t.Errorf("alone: got %q of what was set before", got)
		}
		if here.Ready(ctx) == nil {
			t.Error("ready without Redis")
		}
		if _, ok := here.Take(ctx, "reads/a", shared.Rate{Most: 1, Per: time.Hour}); !ok {
			t.Error("alone: the first is refused")
		}
		if _, ok := here.Take(ctx, "reads/a", shared.Rate{Most: 1, Per: time.Hour}); ok {
			t.Error("alone: there is no limit")
		}
		if !here.Once(ctx, "confirmed/a", time.Hour) || here.Once(ctx, "confirmed/a", time.Hour) {
			t.Error("alone: what is claimed once can be claimed twice, or not at all")
		}
		heard := make(chan string, 1000)
		defer here.Subscribe("events", func(m []byte) { heard <- string(m) })()
		here.Publish(ctx, "events", []byte("alone"))
		if got := <-heard; got != "alone" {
			t.Errorf("alone: heard %q", got)
		}
		s.Start(t)
		back := time.Now()
		set := 0
		for ; here.Ready(ctx) != nil && time.Since(back) < 20*time.Second; set++ { // also while it comes back
			here.Set(ctx, fmt.Sprint("gone/", set), []byte("deleted"), time.Hour)
			time.Sleep(100 * time.Microsecond) // or there were hundreds of thousands
		}
		eventually(t, "both are ready again", func() bool { return here.Ready(ctx) == nil && there.Get(ctx, "x") == nil && there.Ready(ctx) == nil })
		if got := there.Get(ctx, "gone/a"); string(got) != "deleted" {
			t.Errorf("the other replica: got %q of what was set meanwhile", got)
		}
		for i := range set {
			if got := there.Get(ctx, fmt.Sprint("gone/", i)); string(got) != "deleted" {
				t.Errorf("the other replica: got %q of number %d of %d that were set while Redis came back", got, i, set)
				break
			}
		}
		if there.Once(ctx, "confirmed/a", time.Hour) {
			t.Error("the other replica can claim what was claimed meanwhile")
		}
		eventually(t, "messages come through again", func() bool {
			there.Publish(ctx, "events", []byte("again"))
			select {
			case got := <-heard:
				return got == "again"
			case <-time.After(50 * time.Millisecond):
				return false
			}
		})
		t.Logf("healed in %v", time.Since(back).Round(10*time.Millisecond))
	})
}

// TestNothingToRead looks at all that went to Redis: keys are hashed, values and
// messages sealed, and another server's secret opens none.
func TestNothingToRead(t *testing.T) {
	const canary = "canary-3f9c"
	s := redistest.New(t, false)
	proxy, wire := s.Spy(t)
	r, log := open(t, proxy)
	ctx := t.Context()
	r.Set(ctx, "bot/"+canary, []byte("value "+canary), time.Hour)
	if got := r.Get(ctx, "bot/"+canary); string(got) != "value "+canary {
		t.Fatalf("got %q", got)
	}
	r.Once(ctx, "confirmed/"+canary, time.Hour)
	r.Take(ctx, "reads/"+canary, shared.Rate{Most: 1, Per: time.Hour})
	token, _, _ := r.Spend(ctx, "launches/"+canary, shared.Rate{Most: 1, Per: time.Hour})
	r.Refund(ctx, "launches/"+canary, token)
	stop := r.Subscribe("replica/"+canary, func([]byte) {})
	r.Publish(ctx, "replica/"+canary, []byte("message "+canary))
	stop()
	seen := wire()
	if strings.Contains(seen, canary) || !strings.Contains(seen, "meetmcp:bot:") {
		t.Errorf("this went to Redis: %q", seen)
	}
	other, err := shared.OpenRedis("redis://"+s.Addr, []byte("another"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if got := other.Get(ctx, "bot/"+canary); got != nil {
		t.Errorf("another server reads %q", got)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if strings.Contains(log.text.String(), canary) {
		t.Errorf("the log: %s", log.text.String())
	}
}

func TestBadAddress(t *testing.T) {
	for _, url := range []string{"", "localhost:6379", "http://127.0.0.1", "redis://:secret@h:x"} {
		if _, err := shared.OpenRedis(url, nil, slog.New(slog.DiscardHandler)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v", url, err)
		}
	}
}
