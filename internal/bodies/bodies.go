// Package bodies reads the bodies of requests, so that many, large, slow and
// unfinished ones of some callers take nothing from the others.
package bodies

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	small      = 16 << 10 // bytes of a body that are not counted as held: everybody has room for so many
	grace      = 5 * time.Second
	slowest    = 16 << 10 // bytes a second that must arrive once grace is over
	sweepEvery = time.Minute
)

// What is read on of a refused body: bytes, for so long, and of how many at once.
const (
	drainMost  = 8 << 20
	drainTime  = time.Second
	drainsEach = 8
	drainsAll  = 64
)

// Limits are how much of bodies may be read at once. Zero is no limit.
type Limits struct {
	Caller, Address, All                int   // bodies at once: of one caller, from one address, and together
	CallerBytes, AddressBytes, AllBytes int64 // held at once
	Minute                              int64 // bytes that one caller may send in a minute
}

// Gate counts what is read.
type Gate struct {
	Time time.Duration // for a body to arrive whole; 30 s when zero

	limits Limits
	pool   *work.Pool
	now    func() time.Time

	mu      sync.Mutex
	of      map[string]*share // by caller and by address
	all     share
	refused int64
	swept   time.Time
}

// share is what one caller or address takes up.
type share struct {
	bodies int
	bytes  int64
	sent   float64 // bytes, of which a minute takes Minute off
	at     time.Time
	drains int // bodies that are refused, and still sent
}

// New returns a gate that counts what it holds in a pool too.
func New(limits Limits, pool *work.Pool) *Gate {
	return &Gate{limits: limits, pool: pool, now: time.Now, of: map[string]*share{}}
}

// Use is what a gate has let in.
type Use struct {
	Bodies  int   // being read now
	Bytes   int64 // held now
	Refused int64 // bodies, so far
}

// Use returns what is in use.
func (g *Gate) Use() Use {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Use{g.all.bodies, g.all.bytes, g.refused}
}

// owner is who a body is counted for.
type owner struct{ name, caller, address string }

func ownerOf(name string, address netip.Addr) owner {
	return owner{name, "caller/" + name, "address/" + address.String()}
}

func (g *Gate) share(of string) *share {
	s := g.of[of]
	if s == nil {
		s = &share{}
		g.of[of] = s
	}
	return s
}

// begin counts one more body, of which claimed bytes are announced.
func (g *Gate) begin(o owner, claimed int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep()
	l := g.limits
	caller, address := g.share(o.caller), g.share(o.address)
	switch {
	case over(caller.bodies, 1, l.Caller):
		return g.refuse("You send too many messages at once", false)
	case over(address.bodies, 1, l.Address):
		return g.refuse("Too many messages come from this address at once", false)
	case over(g.all.bodies, 1, l.All):
		return g.refuse("This server receives as many messages as it can at once", true)
	}
	if err := g.send(caller, claimed); err != nil {
		return err
	}
	caller.bodies++
	address.bodies++
	g.all.bodies++
	return nil
}

func (g *Gate) end(o owner) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.share(o.caller).bodies--
	g.share(o.address).bodies--
	g.all.bodies--
}

// Take counts a message that is here already, of n bytes, as received and held
// until release is called.
func (g *Gate) Take(caller string, n int64) (release func(), err error) {
	o := ownerOf(caller, netip.Addr{})
	if err := g.begin(o, n); err != nil {
		return nil, err
	}
	give, err := g.reserve(o, n)
	if err != nil {
		g.end(o)
		return nil, err
	}
	return sync.OnceFunc(func() { give(); g.end(o) }), nil
}

// sent counts bytes that arrived unannounced.
func (g *Gate) sent(o owner, n int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.send(g.share(o.caller), n)
}

func (g *Gate) send(s *share, n int64) error {
	if g.limits.Minute == 0 {
		return nil
	}
	now, each := g.now(), float64(g.limits.Minute)/float64(time.Minute)
	s.sent = max(0, s.sent-each*float64(now.Sub(s.at)))
	s.at = now
	if late := s.sent + float64(n) - float64(g.limits.Minute); late > 0 {
		g.refused++
		return &work.Busy{What: fmt.Sprintf("You send more than %d MB a minute", g.limits.Minute>>20), RetryAfter: time.Duration(late / each)}
	}
	s.sent += float64(n)
	return nil
}

// hold counts n more bytes of a body that are held.
func (g *Gate) hold(o owner, n int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.limits
	caller, address := g.share(o.caller), g.share(o.address)
	switch {
	case over(caller.bytes, n, l.CallerBytes):
		return g.refuse("You send too many large messages at once", false)
	case over(address.bytes, n, l.AddressBytes):
		return g.refuse("Too many large messages come from this address at once", false)
	case over(g.all.bytes, n, l.AllBytes):
		return g.refuse("This server holds as many large messages as it can at once", true)
	}
	caller.bytes += n
	address.bytes += n
	g.all.bytes += n
	return nil
}

func (g *Gate) release(o owner, n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.share(o.caller).bytes -= n
	g.share(o.address).bytes -= n
	g.all.bytes -= n
}

func over[N int | int64](have, more, most N) bool { return most > 0 && have+more > most }

func (g *Gate) refuse(what string, everybody bool) error {
	g.refused++
	return &work.Busy{What: what, Everybody: everybody, RetryAfter: 5 * time.Second}
}

// drain counts one more body that is refused and still sent, or reports that
// there are enough.
func (g *Gate) drain(o owner) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	caller := g.share(o.caller)
	if caller.drains >= drainsEach || g.all.drains >= drainsAll {
		return false
	}
	caller.drains++
	g.all.drains++
	return true
}

func (g *Gate) drained(o owner) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.share(o.caller).drains--
	g.all.drains--
}

// sweep forgets who has sent nothing for a while.
func (g *Gate) sweep() {
	now := g.now()
	if now.Sub(g.swept) < sweepEvery {
		return
	}
	g.swept = now
	for of, s := range g.of {
		if s.bodies == 0 && s.bytes == 0 && s.drains == 0 && now.Sub(s.at) >= time.Minute {
			delete(g.of, of)
		}
	}
}
