// Package work shares out what all calls of a process need at once: turns at
// computing, and memory for content. No caller takes another's share, and long
// work steps back for the others while it runs.
package work

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// slice is how long a turn lasts while others wait for one.
const slice = 20 * time.Millisecond

// Pool is what there is to share. Its zero value has no turns: use NewPool.
type Pool struct {
	turns         int   // at once
	bytes, perOne int64 // of all callers together, and of one of them

	mu      sync.Mutex
	running map[string]int   // turns that callers have
	waiting map[string]queue // calls that wait for a turn, by caller
	order   []string         // callers that wait, the next one first
	free    int
	held    map[string]int64
	total   int64
	refused int64
	given   int64
}

type queue []chan struct{}

// NewPool returns a pool of so many turns at once, and bytes of content held at
// once, of which one caller may have half.
func NewPool(turns int, bytes int64) *Pool {
	turns = max(1, turns)
	return &Pool{turns: turns, free: turns, bytes: bytes, perOne: bytes / 2,
		running: map[string]int{}, waiting: map[string]queue{}, held: map[string]int64{}}
}

// Busy says that there is no room now for what was asked for.
type Busy struct {
	What       string        // whose room it is: a sentence's start
	RetryAfter time.Duration // when to try again
	Everybody  bool          // all callers together have taken it, not this one alone
}

// Status is what a Busy is over HTTP: 429 where the caller has taken all, and
// 503 where everybody together has.
func (b *Busy) Status() int {
	if b.Everybody {
		return 503
	}
	return 429
}

// Seconds is RetryAfter in whole seconds, as the header of that name has it.
func (b *Busy) Seconds() int {
	return int(max(b.RetryAfter, time.Second)+time.Second-1) / int(time.Second)
}

// Error says what happened, and when to try again.
func (b *Busy) Error() string {
	return fmt.Sprintf("%s; try again in %s", b.What, b.RetryAfter.Round(time.Second))
}

// call is one call under way.
type call struct {
	pool   *Pool
	caller string

	mu    sync.Mutex
	bytes int64
	ended bool // nothing is counted for it any more
	turn  bool
	since time.Time
}

type callKey struct{}

// Call returns a context under which Heavy, Check and Hold count for a caller.
// done gives back all that the call holds.
func (p *Pool) Call(ctx context.Context, caller string) (_ context.Context, done func()) {
	c := &call{pool: p, caller: caller}
	return context.WithValue(ctx, callKey{}, c), sync.OnceFunc(func() {
		c.mu.Lock()
		held := c.bytes
		c.bytes, c.ended = 0, true
		c.mu.Unlock()
		p.release(caller, held)
	})
}

// Detach returns a context for work that goes on when its call has ended, which
// counts for the same caller until done. It ends with ctx: use
// context.WithoutCancel too.
func Detach(ctx context.Context) (_ context.Context, done func()) {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return ctx, func() {}
	}
	return c.pool.Call(ctx, c.caller)
}

// Apart returns on, under which work counts for the caller of from as a call of its
// own: what goes on when a call has answered is under neither. done gives back
// what it holds.
func Apart(from, on context.Context) (_ context.Context, done func()) {
	c, _ := from.Value(callKey{}).(*call)
	if c == nil {
		return on, func() {}
	}
	return c.pool.Call(on, c.caller)
}

// Heavy waits for a turn and runs do with it. Callers get turns one after the
// other, however many calls each has. Within a turn Heavy just runs do; so it
// does where no pool was given to the context.
func Heavy(ctx context.Context, do func(context.Context) error) error {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return do(ctx)
	}
	inner, err := c.begin(ctx)
	if err != nil {
		return err
	}
	if !inner {
		defer c.end()
	}
	return do(ctx)
}

// Check belongs into every loop over content: it returns the context's error
// and, in a turn that has lasted, lets those who wait go first. It must not be
// called under a lock that another call may need. It costs a few dozen
// nanoseconds.
func Check(ctx context.Context) error {
	if c, _ := ctx.Value(callKey{}).(*call); c != nil {
		if err := c.yield(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Hold counts n more bytes of content that the call keeps in memory until it is
// done. It refuses with a *Busy where there is no room. What goes on after its call
// counts nothing any more, unless Detach has it do so.
func Hold(ctx context.Context, n int64) error {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return nil
	}
	if err := c.pool.hold(c.caller, n); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		c.pool.release(c.caller, n)
		return nil
	}
	c.bytes += n
	return nil
}

// Release gives back n bytes that Hold counted, before the call is done.
func Release(ctx context.Context, n int64) {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return
	}
	c.mu.Lock()
	n = min(n, c.bytes)
	c.bytes -= n
	c.mu.Unlock()
	c.pool.release(c.caller, n)
}

// Reserve counts n bytes for a caller outside of calls, as for a body that is
// being read, until release is called.
func (p *Pool) Reserve(caller string, n int64) (release func(), err error) {
	if err := p.hold(caller, n); err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() { p.release(caller, n) }), nil
}

// Use is what a pool has given out.
type Use struct {
	Bytes   int64 // held now
	Refused int64 // requests for bytes, so far
	Given   int64 // turns, so far
	Waiting int   // for a turn, now
}

// Use returns what is in use.
func (p *Pool) Use() Use {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := Use{Bytes: p.total, Refused: p.refused, Given: p.given}
	for _, q := range p.waiting {
		u.Waiting += len(q)
	}
	return u
}

func (p *Pool) hold(caller string, n int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.held[caller]+n > p.perOne:
		p.refused++
		return &Busy{What: "your calls hold as much content as one caller may at once", RetryAfter: 5 * time.Second}
	case p.total+n > p.bytes:
		p.refused++
		return &Busy{What: "this server holds as much content as it can at once", RetryAfter: 5 * time.Second, Everybody: true}
	}
	p.held[caller] += n
	p.total += n
	return nil
}

func (p *Pool) release(caller string, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total -= n
	if p.held[caller] -= n; p.held[caller] <= 0 {
		delete(p.held, caller)
	}
}

// begin waits for a turn. inner reports that the call has one already.
func (c *call) begin(ctx context.Context) (inner bool, err error) {
	c.mu.Lock()
	inner = c.turn
	c.mu.Unlock()
	if inner {
		return true, nil
	}
	if err := c.pool.wait(ctx, c.caller); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn, c.since = true, time.Now()
	return false, nil
}

func (c *call) end() {
	c.mu.Lock()
	had := c.turn
	c.turn = false
	c.mu.Unlock()
	if had {
		c.pool.pass(c.caller)
	}
}

func (c *call) yield(ctx context.Context) error {
	c.mu.Lock()
	late := c.turn && time.Since(c.since) > slice
	c.mu.Unlock()
	if !late {
		return nil
	}
	if !c.pool.wanted() {
		c.mu.Lock()
		c.since = time.Now()
		c.mu.Unlock()
		return nil
	}
	c.end()
	_, err := c.begin(ctx)
	return err
}

func (p *Pool) wanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.order) > 0
}

func (p *Pool) wait(ctx context.Context, caller string) error {
	p.mu.Lock()
	if p.free > 0 && len(p.order) == 0 {
		p.give(caller)
		p.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	if len(p.waiting[caller]) == 0 {
		p.order = append(p.order, caller)
	}
	p.waiting[caller] = append(p.waiting[caller], turn)
	p.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	at := slices.Index(p.waiting[caller], turn)
	if at >= 0 {
		p.remove(caller, at)
	}
	p.mu.Unlock()
	if at < 0 { // it was given at the same moment
		p.pass(caller)
	}
	return ctx.Err()
}

// give counts a turn for a caller.
func (p *Pool) give(caller string) {
	p.free--
	p.given++
	p.running[caller]++
}

// pass takes a turn back, and gives it to the caller that has waited longest.
func (p *Pool) pass(caller string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free++
	if p.running[caller]--; p.running[caller] == 0 {
		delete(p.running, caller)
	}
	for p.free > 0 && len(p.order) > 0 {
		next := p.next()
		turn := p.waiting[next][0]
		p.remove(next, 0)
		if len(p.waiting[next]) > 0 { // the others go first
			at := slices.Index(p.order, next)
			p.order = append(slices.Delete(p.order, at, at+1), next)
		}
		p.give(next)
		close(turn)
	}
}

// next is the caller whose turn it is: the first that has none, if there is one.
func (p *Pool) next() string {
	for _, caller := range p.order {
		if p.running[caller] == 0 {
			return caller
		}
	}
	return p.order[0]
}

func (p *Pool) remove(caller string, at int) {
	p.waiting[caller] = slices.Delete(p.waiting[caller], at, at+1)
	if len(p.waiting[caller]) == 0 {
		delete(p.waiting, caller)
		at := slices.Index(p.order, caller)
		p.order = slices.Delete(p.order, at, at+1)
	}
}
