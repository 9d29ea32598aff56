package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	collectAt   = 400       // percent that a small heap grows before it is collected: calls leave much garbage beside it, so that the default of 100 has the collector run all the time
	collectMore = 25        // percent that any heap may grow
	maxGarbage  = 256 << 20 // bytes that a heap grows in between where that is more
	ofMemory    = 0.9       // of what the container may have is the heap's and all else that Go holds
)

// boundMemory keeps garbage within bounds, and all memory within the container's,
// until restore is called. GOGC and GOMEMLIMIT go before.
func (p *program) boundMemory() (restore func()) {
	limit := debug.SetMemoryLimit(-1)
	set, err := memlimit.Set(memlimit.WithRatio(ofMemory))
	if err != nil {
		p.log.Debug("no limit of memory is known", "error", err)
	} else if set != limit {
		p.log.Info("memory is limited", "MB", set>>20)
	}
	percent := debug.SetGCPercent(collectAt)
	stop := func() {}
	if percent == 100 {
		stop = adapt(maxGarbage)
	} else {
		debug.SetGCPercent(percent) // GOGC says otherwise
	}
	return func() {
		stop()
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// measure has the metrics tell what calls and messages take up, of all callers
// together.
func (p *program) measure(u *upstream) {
	p.observer.Measure("content_bytes", "Content that calls and messages hold in memory.", func() int64 { return u.pool.Use().Bytes })
	p.observer.Measure("content_refused_total", "Requests for memory that were refused.", func() int64 { return u.pool.Use().Refused })
	p.observer.Measure("turns_total", "Turns at computing that calls were given.", func() int64 { return u.pool.Use().Given })
	p.observer.Measure("turns_waiting", "Calls that wait for a turn at computing.", func() int64 { return int64(u.pool.Use().Waiting) })
	p.observer.Measure("bodies", "Messages and webhooks that are being received.", func() int64 { return int64(u.bodies.Use().Bodies) })
	p.observer.Measure("bodies_bytes", "Messages that are held until they are answered, above 16 KB each.", func() int64 { return u.bodies.Use().Bytes })
	p.observer.Measure("bodies_refused_total", "Messages and webhooks that there was no room for.", func() int64 { return u.bodies.Use().Refused })
}

// adapt sets, after each collection, how far the heap grows before the next, until
// stop is called.
func adapt(garbage int64) (stop func()) {
	var stopped atomic.Bool
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	at := collectAt
	var again func(int)
	again = func(int) {
		if stopped.Load() {
			return
		}
		metrics.Read(live)
		if percent := percentOf(int64(live[0].Value.Uint64()), garbage); percent != at {
			at = percent
			debug.SetGCPercent(percent)
		}
		runtime.AddCleanup(new([64]byte), again, 0) // dropped at the next collection
	}
	again(0)
	return func() { stopped.Store(true) }
}

// percentOf is how far a heap grows that has live bytes, so that no more than
// garbage is added.
func percentOf(live, garbage int64) int {
	return int(max(collectMore, min(collectAt, garbage*100/max(1, live))))
}
