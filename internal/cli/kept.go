package cli

import (
	"context"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
)

// tidyEvery is how often what has been kept for long enough is deleted.
const tidyEvery = time.Hour

// bounds are those of the library.
func (p *program) bounds() library.Bounds {
	return library.Bounds{TTL: p.Serving.LibraryTTL, Meetings: p.Serving.LibraryQuota}
}

// opens opens the library once, which takes longer than a start may.
func (p *program) opens(u *upstream) func() (*library.Library, error) {
	if p.Library == "off" {
		return nil
	}
	return sync.OnceValues(func() (*library.Library, error) {
		opened, err := library.Open(context.Background(), p.Library, p.bounds())
		if err == nil {
			u.library.Store(opened)
			p.observer.Library(func(ctx context.Context) (int, int64, error) {
				holds, err := opened.Status(ctx)
				return holds.Meetings, holds.Bytes, err
			})
		}
		return opened, err
	})
}

// background runs something beside all else until stop is called.
func background(run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// tidy deletes now and again what the library has kept for long enough, until
// stop is called.
func (p *program) tidy(u *upstream) (stop func()) {
	if p.Serving.LibraryTTL == 0 || u.open == nil {
		return func() {}
	}
	return background(func(ctx context.Context) {
		tick := time.NewTicker(tidyEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			p.expire(ctx, u)
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
}

// expire deletes what a library on disk has kept for too long, also before
// anybody asks for anything of it; one in memory only once it is open.
func (p *program) expire(ctx context.Context, u *upstream) {
	if p.Library == library.Memory && u.library.Load() == nil {
		return
	}
	meetings, err := u.open()
	n := 0
	if err == nil {
		n, err = meetings.Expire(ctx)
	}
	if err != nil && ctx.Err() == nil {
		p.log.Error("what the library has kept for too long is not deleted", "error", err)
	}
	if n > 0 {
		p.log.Info("the library deleted meetings that it has kept for long enough", "meetings", n)
	}
}

// purge forgets the meetings that nobody can ask for any more.
func (u *upstream) purge(ctx context.Context, p *access.Principal, last bool) error {
	if !last {
		return nil
	}
	return u.keeper.Finish(access.With(ctx, p))
}
