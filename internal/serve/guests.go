package serve

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/internal/access"
)

const (
	lookEvery = 2 * time.Second // whether who has a stream open may still have it
	sweepLate = time.Minute     // after which the library has ended idle sessions of its own
)

// guests are the streams that are open by a token, which may end before they do.
type guests struct {
	mu   sync.Mutex
	open map[*guest]bool
}

// guest is one of them.
type guest struct {
	credential access.Credential
	principal  string
	end        context.CancelFunc
}

// hold has the stream that a request opens end when the token that it came with
// does, until leave is called.
func (h *web) hold(r *http.Request) (held *http.Request, leave func()) {
	p := access.From(r.Context())
	credential, err := access.CredentialOf(r.Header)
	if p == nil || err != nil || !access.IsToken(credential.Secret.Reveal()) {
		return r, func() {}
	}
	ctx, end := context.WithCancel(r.Context())
	g := &guest{credential, p.ID, end}
	h.guests.mu.Lock()
	defer h.guests.mu.Unlock()
	h.guests.open[g] = true
	return r.WithContext(ctx), func() {
		h.guests.mu.Lock()
		defer h.guests.mu.Unlock()
		delete(h.guests.open, g)
		end()
	}
}

// look ends the streams and subscriptions of tokens that are not valid any
// more, and sessions that are idle, now and again until ctx ends.
func (h *web) look(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			h.sessions.sweep(now.Add(-sessionIdle - sweepLate))
			h.showOut(ctx)
		}
	}
}

func (h *web) showOut(ctx context.Context) {
	h.guests.mu.Lock()
	var all []*guest
	for g := range h.guests.open {
		all = append(all, g)
	}
	h.guests.mu.Unlock()
	refused := map[string]bool{} // by principal
	for _, g := range all {
		over, asked := refused[g.principal]
		if !asked {
			_, err := h.entrance.door.Admit(ctx, g.credential)
			over = errors.Is(err, access.ErrRefused)
			refused[g.principal] = over
		}
		if over {
			g.end()
			h.sessions.endOf(g.principal)
		}
	}
}
