package sandbox

import (
	"container/heap"
	"time"
)

// clock is the sandbox's time: it stands or runs at a speed, and can be moved
// ahead. Sandbox.mu guards it.
type clock struct {
	speed  float64
	shown  time.Time // what it showed at wall
	wall   time.Time
	timers timers
	set    int           // timers set so far
	wake   chan struct{} // says that there may be an earlier timer
}

type timer struct {
	at    time.Time
	order int // among timers of the same moment
	run   func()
	index int // in the heap, -1 once out of it
}

func newClock(start time.Time, speed float64) clock {
	// Microseconds are what the API's columns keep.
	return clock{speed: speed, shown: start.UTC().Truncate(time.Microsecond), wall: time.Now(), wake: make(chan struct{}, 1)}
}

func (c *clock) now() time.Time {
	if c.speed == 0 {
		return c.shown
	}
	return c.shown.Add(time.Duration(float64(time.Since(c.wall)) * c.speed)).Truncate(time.Microsecond)
}

// move has the clock show t, and go on from there.
func (c *clock) move(t time.Time) { c.shown, c.wall = t, time.Now() }

// Now is what the sandbox's clock shows.
func (s *Sandbox) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// now is Now for those who hold s.mu.
func (s *Sandbox) now() time.Time { return s.clock.now() }

// at has run called with s.mu held when the clock reaches t, or as soon as can
// be if it has. The timer that it returns can be stopped.
func (s *Sandbox) at(t time.Time, run func()) *timer {
	s.clock.set++
	due := &timer{at: t, order: s.clock.set, run: run}
	heap.Push(&s.clock.timers, due)
	select {
	case s.clock.wake <- struct{}{}:
	default:
	}
	return due
}

// after is at, reckoned from now.
func (s *Sandbox) after(d time.Duration, run func()) *timer { return s.at(s.now().Add(d), run) }

// stop takes a timer back; nil and timers that ran are none to stop.
func (s *Sandbox) stop(t *timer) {
	if t != nil && t.index >= 0 {
		heap.Remove(&s.clock.timers, t.index)
	}
}

// Advance moves the clock by d. All that comes due on the way has happened
// when it returns, in order and with the clock at each one's own time;
// webhooks have been delivered, retried or given up.
func (s *Sandbox) Advance(d time.Duration) {
	s.advance.Lock()
	defer s.advance.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	target := s.now().Add(d)
	s.outbox.wait()
	for len(s.clock.timers) > 0 && !s.clock.timers[0].at.After(target) {
		next := heap.Pop(&s.clock.timers).(*timer)
		if next.at.After(s.now()) {
			s.clock.move(next.at)
		}
		next.run()
		s.outbox.wait()
	}
	if target.After(s.now()) {
		s.clock.move(target)
	}
}

// runClock runs timers as they come due, until Close.
func (s *Sandbox) runClock() {
	for {
		s.mu.Lock()
		for len(s.clock.timers) > 0 && !s.clock.timers[0].at.After(s.now()) {
			heap.Pop(&s.clock.timers).(*timer).run()
		}
		wait := time.Hour
		if len(s.clock.timers) > 0 {
			wait = time.Duration(float64(s.clock.timers[0].at.Sub(s.now())) / s.clock.speed)
		}
		s.mu.Unlock()
		due := time.NewTimer(wait)
		select {
		case <-due.C:
		case <-s.clock.wake:
		case <-s.ctx.Done():
			due.Stop()
			return
		}
		due.Stop()
	}
}

// timers is a heap, the next due first.
type timers []*timer

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	if t[i].at.Equal(t[j].at) {
		return t[i].order < t[j].order
	}
	return t[i].at.Before(t[j].at)
}
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i]; t[i].index, t[j].index = i, j }

// Push is heap.Interface's.
func (t *timers) Push(x any) {
	x.(*timer).index = len(*t)
	*t = append(*t, x.(*timer))
}

// Pop is heap.Interface's.
func (t *timers) Pop() any {
	last := (*t)[len(*t)-1]
	last.index = -1
	*t = (*t)[:len(*t)-1]
	return last
}
