package shared_test

import (
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/redistest"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// TestBudgetsAlone loses Redis when budgets are partly spent: this replica goes on
// from there, and tells what it spent when Redis is back.
func TestBudgetsAlone(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Store) {
		here, _ := open(t, s.Addr)
		there, _ := open(t, s.Addr)
		ctx, rate := t.Context(), shared.Rate{Most: 3, Per: time.Hour}
		spend := func(what string, r *shared.Redis, key string, want bool) (token string) {
			t.Helper()
			token, free, ok := r.Spend(ctx, key, rate)
			if ok != want || !ok && (time.Until(free) < 50*time.Minute || time.Until(free) > time.Hour) {
				t.Errorf("%s: got %v, free in %v", what, ok, time.Until(free))
			}
			return token
		}
		spend("with Redis", here, "launches/a", true)
		spend("with Redis", here, "launches/a", true)
		for range 3 {
			spend("with Redis", there, "launches/b", true)
		}
		spend("too much with Redis", here, "launches/b", false)
		if _, ok := here.Take(ctx, "writes/a", rate); !ok {
			t.Error("with Redis: refused")
		}
		s.Kill(t)
		back := spend("alone, the third", here, "launches/a", true)
		spend("alone, the fourth", here, "launches/a", false)
		spend("alone, what another has spent", here, "launches/b", false)
		for range 2 {
			if _, ok := here.Take(ctx, "writes/a", rate); !ok {
				t.Error("alone: refused")
			}
		}
		if wait, ok := here.Take(ctx, "writes/a", rate); ok || wait <= 0 {
			t.Error("alone: the fourth is not refused")
		}
		other := spend("alone, of a new budget", here, "launches/c", true)
		here.Refund(ctx, "launches/c", other)
		s.Start(t) // which has forgotten all
		eventually(t, "both are ready again", func() bool {
			return here.Ready(ctx) == nil && there.Get(ctx, "x") == nil && there.Ready(ctx) == nil
		})
		for range 2 {
			spend("what Redis has forgotten", there, "launches/a", true)
		}
		spend("what was spent alone counts", there, "launches/a", false)
		here.Refund(ctx, "launches/a", back)
		spend("what was spent alone and taken back", there, "launches/a", true)
		for range 3 {
			spend("what was taken back alone", there, "launches/c", true)
		}
		if _, ok := there.Take(ctx, "writes/a", rate); !ok {
			t.Error("the one that was not taken alone is refused")
		}
		if _, ok := there.Take(ctx, "writes/a", rate); ok {
			t.Error("what was taken alone does not count")
		}
	})
}

// TestStuckMessage has large messages that never arrive: everything else goes on,
// and it is known that something was missed.
func TestStuckMessage(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Store) {
		here, log := open(t, s.Narrow(t, 128<<10))
		there, _ := open(t, s.Addr)
		ctx, rate := t.Context(), shared.Rate{Most: 3, Per: time.Hour}
		losses := here.Losses()
		var stuck sync.WaitGroup
		for range 3 {
			stuck.Go(func() { here.Publish(ctx, "replica/x", make([]byte, 300<<10)) })
		}
		for i, r := range []*shared.Redis{here, there, here, there} {
			if _, _, ok := r.Spend(ctx, "launches/a", rate); ok != (i < 3) {
				t.Errorf("spend %d while messages are stuck: got %v", i, ok)
			}
		}
		stuck.Wait()
		if err := here.Ready(ctx); err != nil || here.Losses() != losses+3 {
			t.Errorf("got %v and %d losses, want all there and 3 messages lost: %s", err, here.Losses()-losses, log.text.String())
		}
		here.Set(ctx, "bot/a", []byte("x"), time.Hour)
		if got := there.Get(ctx, "bot/a"); string(got) != "x" {
			t.Errorf("got %q", got)
		}
	})
}
