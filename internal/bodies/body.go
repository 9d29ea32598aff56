package bodies

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Body is one body that is let in, to be read once: in passing with Read, or
// whole with All.
type Body struct {
	gate  *Gate
	owner owner
	from  io.Reader
	at    *http.ResponseController

	most    int64 // bytes
	claimed bool  // its length was announced, and is counted already
	read    int64
	began   time.Time
	until   time.Time // the deadline that is set
}

// TooLarge says that a body has more bytes than are read.
type TooLarge struct{ Most int64 }

func (t *TooLarge) Error() string { return fmt.Sprintf("the body has more than %d bytes", t.Most) }

// Open lets a body of at most so many bytes in, to be read until Close, or
// refuses it with a *work.Busy or a *TooLarge before anything of it is read.
func (g *Gate) Open(w http.ResponseWriter, r *http.Request, caller string, address netip.Addr, most int64) (*Body, error) {
	if r.ContentLength > most {
		return nil, &TooLarge{most}
	}
	b := &Body{gate: g, owner: ownerOf(caller, address), from: r.Body, at: http.NewResponseController(w),
		most: most, claimed: r.ContentLength >= 0, began: time.Now()}
	if err := g.begin(b.owner, max(0, r.ContentLength)); err != nil {
		return nil, err
	}
	if b.claimed {
		b.most = r.ContentLength
	}
	b.deadline()
	return b, nil
}

// Close ends the counting of a body as one that is being read.
func (b *Body) Close() { b.gate.end(b.owner) }

// Read reads on. A body that does not arrive in its time is an error.
func (b *Body) Read(p []byte) (int, error) {
	n, err := b.from.Read(p[:min(int64(len(p)), b.most-b.read+1)])
	b.read += int64(n)
	if b.read > b.most {
		return 0, &TooLarge{b.most}
	}
	if !b.claimed {
		if busy := b.gate.sent(b.owner, int64(n)); busy != nil {
			return 0, busy
		}
	}
	b.deadline()
	return n, err
}

// deadline moves the time by which more must have arrived, now and then.
func (b *Body) deadline() {
	whole := b.gate.Time
	if whole == 0 {
		whole = 30 * time.Second
	}
	by := min(whole, grace+time.Duration(b.read)*time.Second/slowest)
	if at := b.began.Add(by); at.Sub(b.until) >= time.Second || b.until.IsZero() {
		b.until = at
		_ = b.at.SetReadDeadline(at) // there is none in a test without a connection
	}
}

// All reads the whole body, or of one that is too large the beginning. It is held
// until release is called. Room for it is counted as it arrives.
func (b *Body) All() (raw []byte, release func(), err error) {
	var held []func()
	release = sync.OnceFunc(func() {
		for _, give := range held {
			give()
		}
	})
	raw = make([]byte, 0, 2<<10)
	for {
		if len(raw) == cap(raw) {
			grown := min(2*int64(cap(raw)), b.most+1)
			if grown > small {
				give, err := b.gate.reserve(b.owner, grown-max(small, int64(cap(raw))))
				if err != nil {
					release()
					return nil, nil, err
				}
				held = append(held, give)
			}
			raw = append(make([]byte, 0, grown), raw...)
		}
		n, err := b.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		if errors.Is(err, io.EOF) {
			return raw, release, nil
		}
		if large := (*TooLarge)(nil); errors.As(err, &large) {
			return raw, release, err
		}
		if err != nil {
			release()
			return nil, nil, err
		}
	}
}

// reserve holds bytes here and in the pool.
func (g *Gate) reserve(o owner, n int64) (give func(), err error) {
	if err := g.hold(o, n); err != nil {
		return nil, err
	}
	inPool, err := g.pool.Reserve(o.name, n)
	if err != nil {
		g.release(o, n)
		return nil, err
	}
	return func() { inPool(); g.release(o, n) }, nil
}

// Drain reads on for a moment, and shows what comes: who is still sending does
// not read the answer. Nothing is kept, and only a few are waited for.
func (g *Gate) Drain(w http.ResponseWriter, r *http.Request, caller string, address netip.Addr, to io.Writer) {
	o := ownerOf(caller, address)
	if r.Header.Get("Expect") != "" || http.NewResponseController(w).SetReadDeadline(g.now().Add(drainTime)) != nil || !g.drain(o) {
		return
	}
	_, _ = io.CopyN(to, r.Body, drainMost)
	g.drained(o)
}
