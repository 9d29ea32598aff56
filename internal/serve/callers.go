package serve

import (
	"fmt"
	"sync"
)

// callers counts what each caller has open, so that none takes all there is.
type callers struct {
	limits Limits
	hold   func(kind string, by int) // told of what is opened and closed

	mu      sync.Mutex
	of      map[string]*holding // by the caller's id
	holding                     // of all
}

// holding is what one caller has open.
type holding struct{ calls, streams, sessions, subscriptions int }

// kind is something that a caller holds for a while.
type kind string

const (
	aCall         kind = "calls"
	aStream       kind = "event streams"
	aSession      kind = "sessions"
	aSubscription kind = "subscriptions"
)

// full says that a limit is reached, and which.
type full struct {
	kind kind
	most int
	all  bool // of all callers together
}

func (f *full) Error() string {
	if f.all {
		return fmt.Sprintf("This server keeps %d %s at most, and all are in use. End those that you no longer need, or try again in a minute.", f.most, f.kind)
	}
	return fmt.Sprintf("You have %d %s open, which is the most. End those that you no longer need, or wait until one has ended.", f.most, f.kind)
}

func (c *callers) counters(h *holding, k kind) (own, all *int, most, mostAll int) {
	switch k {
	case aCall:
		return &h.calls, &c.calls, c.limits.Calls, c.limits.AllCalls
	case aStream:
		return &h.streams, &c.streams, c.limits.Streams, c.limits.AllStreams
	case aSubscription:
		return &h.subscriptions, &c.subscriptions, c.limits.Subscriptions, c.limits.AllSubscriptions
	}
	return &h.sessions, &c.sessions, c.limits.Sessions, c.limits.AllSessions
}

// take counts one more of a kind for a caller until leave is called, or refuses
// with a *full.
func (c *callers) take(caller string, k kind) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.of[caller]
	if h == nil {
		h = &holding{}
		c.of[caller] = h
	}
	own, all, most, mostAll := c.counters(h, k)
	switch {
	case most > 0 && *own >= most:
		return nil, &full{kind: k, most: most}
	case mostAll > 0 && *all >= mostAll:
		if *h == (holding{}) {
			delete(c.of, caller)
		}
		return nil, &full{kind: k, most: mostAll, all: true}
	}
	*own++
	*all++
	c.hold(string(k), 1)
	return sync.OnceFunc(func() {
		c.hold(string(k), -1)
		c.mu.Lock()
		defer c.mu.Unlock()
		*own--
		*all--
		if *h == (holding{}) {
			delete(c.of, caller)
		}
	}), nil
}
