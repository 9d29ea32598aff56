package client_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/meetmcp/meetmcp/internal/work"
)

// Answers that are read at once take no more memory than there is to share: what
// has no room is refused with a time to try again, and a write that was refused so
// may have been done.
func TestAnswersAreHeld(t *testing.T) {
	t.Parallel()
	const room = 200 << 20
	words := `{"duration":1,"bot_data":{"bot":{"uuid":"b"},"transcripts":[{"speaker":"A","words":[` + strings.Repeat(`{},`, 900_000) + `{}]}]}}`
	c, _ := answering(t, saying(200, "application/json", words))
	pool := work.NewPool(2, room)
	var read, busy, most atomic.Int64
	var wg sync.WaitGroup
	for caller := range 8 {
		wg.Go(func() {
			for range 4 {
				ctx, done := pool.Call(t.Context(), string(rune('a'+caller)))
				_, err := c.MeetingData(ctx, "b", true)
				held := pool.Use().Bytes
				for old := most.Load(); held > old && !most.CompareAndSwap(old, held); old = most.Load() {
				}
				var full *work.Busy
				switch {
				case err == nil:
					read.Add(1)
				case errors.As(err, &full) && full.RetryAfter > 0 && strings.Contains(err.Error(), "as much content"):
					busy.Add(1)
				default:
					t.Errorf("got %v", err)
				}
				if err := c.Leave(ctx, "b"); err == nil || !refusalOf(err).Lost {
					t.Errorf("a write: %v, want it to say that it may have been done", err)
				}
				done()
			}
		})
	}
	wg.Wait()
	if read.Load() == 0 || most.Load() > room || pool.Use().Bytes != 0 {
		t.Errorf("%d read, %d refused, at most %d bytes held, %d after", read.Load(), busy.Load(), most.Load(), pool.Use().Bytes)
	}
	one := work.NewPool(1, 1<<20)
	ctx, done := one.Call(t.Context(), "a")
	defer done()
	_, err := c.MeetingData(ctx, "b", true)
	var full *work.Busy
	if !errors.As(err, &full) || refusalOf(err).Lost {
		t.Errorf("in a small pool: %v, want it refused", err)
	}
}
