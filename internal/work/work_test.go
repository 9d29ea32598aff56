package work_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/internal/work"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestTurns has one caller with many long calls step back for another.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := work.NewPool(2, 1<<20)
		var group sync.WaitGroup
		for range 30 {
			group.Go(func() {
				ctx, done := pool.Call(t.Context(), "hostile")
				defer done()
				err := work.Heavy(ctx, func(ctx context.Context) error {
					for range 100 {
						time.Sleep(10 * time.Millisecond) // computes
						if err := work.Check(ctx); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("hostile: %v", err)
				}
			})
		}
		time.Sleep(time.Second)
		for range 10 {
			ctx, done := pool.Call(t.Context(), "victim")
			began := time.Now()
			if err := work.Heavy(ctx, func(ctx context.Context) error { return work.Heavy(ctx, work.Check) }); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > 40*time.Millisecond {
				t.Errorf("the victim waited %v", took)
			}
			done()
		}
		group.Wait()
		if use := pool.Use(); use.Waiting != 0 || use.Bytes != 0 || use.Given < 40 {
			t.Errorf("left: %+v", use)
		}
	})
}

// TestTurnCancelled gives the turn that nobody waits for any more to the next.
func TestTurnCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := work.NewPool(1, 1<<20)
		free := make(chan struct{})
		holder, done := pool.Call(t.Context(), "a")
		defer done()
		var group sync.WaitGroup
		group.Go(func() {
			_ = work.Heavy(holder, func(context.Context) error { <-free; return nil })
		})
		synctest.Wait()
		gone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		waiter, done := pool.Call(gone, "b")
		defer done()
		if err := work.Heavy(waiter, func(context.Context) error { t.Error("it ran"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(free)
		group.Wait()
		next, done := pool.Call(t.Context(), "c")
		defer done()
		if err := work.Heavy(next, func(context.Context) error { return nil }); err != nil {
			t.Error(err)
		}
		ended, cancel := context.WithCancel(next)
		cancel()
		if err := work.Check(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestHold(t *testing.T) {
	pool := work.NewPool(1, 100)
	a, doneA := pool.Call(t.Context(), "a")
	b, doneB := pool.Call(t.Context(), "b")
	c, doneC := pool.Call(t.Context(), "c")
	var busy *work.Busy
	for i, step := range []struct {
		ctx context.Context
		n   int64
		ok  bool
	}{{a, 50, true}, {a, 1, false}, {b, 40, true}, {c, 20, false}, {c, 10, true}, {t.Context(), 1000, true}} {
		err := work.Hold(step.ctx, step.n)
		if (err == nil) != step.ok || err != nil && !errors.As(err, &busy) {
			t.Errorf("step %d: got %v", i, err)
		}
	}
	later, doneLater := work.Detach(a)
	work.Release(t.Context(), 5)
	work.Release(a, 20)
	if use := pool.Use(); use.Bytes != 80 {
		t.Errorf("after 20 of 100 were given back: %+v", use)
	}
	work.Release(a, 1000) // more than there is
	if err := work.Hold(a, 50); err != nil {
		t.Error(err)
	}
	doneA()
	doneA()
	if err := work.Hold(a, 1); err != nil { // which nobody would give back
		t.Error(err)
	}
	if err := work.Hold(later, 50); err != nil {
		t.Error(err)
	}
	if use := pool.Use(); use.Bytes != 100 {
		t.Errorf("after the end of a: %+v", use)
	}
	doneLater()
	release, err := pool.Reserve("d", 50)
	if err != nil {
		t.Fatal(err)
	}
	release()
	doneB()
	doneC()
	if use := pool.Use(); use.Bytes != 0 || use.Refused != 2 {
		t.Errorf("left: %+v", use)
	}
}
