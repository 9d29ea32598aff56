package serve

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/internal/access"
)

// A session on /mcp is served by any replica, and its client is told of changes
// on the stream that it opened last. So what it is subscribed to is followed by
// the replica that has this stream or, while there is none, by the one that was
// asked.

// subscribedFor is how long it is known what a session is subscribed to.
const subscribedFor = 24 * time.Hour

// move is what replicas tell each other of a session's subscriptions.
type move struct {
	From string `json:"from"`          // a replica's name
	Take string `json:"take,omitzero"` // an address, to be followed by who has the stream
	Drop string `json:"drop,omitzero"` // an address that another follows now, or nobody any more
}

func movesOf(session string) string { return "moves/" + session }

// subscribe carries out a message about a subscription of a session's.
func (h *web) subscribe(ctx context.Context, id string, own *session, m message) []byte {
	h.hear(ctx, id, own)
	answer := own.subscriptions.handle(context.WithoutCancel(ctx), m, h.subscribing(ctx, own))()
	switch {
	case m.unsubscribes():
		own.mailbox.forget(m.uri)
		h.remember(ctx, id, m.uri, false)
		h.move(ctx, id, move{Drop: m.uri})
	case own.subscriptions.to(m.uri):
		h.remember(ctx, id, m.uri, true)
		if !own.mailbox.streaming() {
			h.move(ctx, id, move{Take: m.uri})
		}
	}
	return answer
}

func (h *web) subscribing(ctx context.Context, own *session) subscribing {
	caller := access.CallerOf(ctx)
	return subscribing{h.follow, func() (func(), error) { return h.callers.take(caller, aSubscription) }, own.mailbox.put}
}

// openMailbox has a session's client told on a stream from now on, until closed
// is called, also of what other replicas followed until now.
func (h *web) openMailbox(ctx context.Context, id string, own *session, out *stream) (closed func()) {
	h.hear(ctx, id, own)
	closed = own.mailbox.open(out)
	for _, uri := range h.remembered(ctx, id) {
		if !own.subscriptions.to(uri) {
			go func() {
				if h.takeUp(ctx, id, own, uri) {
					own.mailbox.put(uri) // it may have changed on the way
				}
			}()
		}
	}
	return closed
}

// takeUp follows what another replica followed, or would have.
func (h *web) takeUp(ctx context.Context, id string, own *session, uri string) bool {
	ctx = context.WithoutCancel(ctx)
	if err := own.subscriptions.begin(ctx, uri, h.subscribing(ctx, own))(); err != nil {
		h.log.Debug("subscription not taken over", "error", err)
		return false
	}
	h.move(ctx, id, move{Drop: uri})
	return true
}

// hear listens to what other replicas tell of a session's subscriptions, for as
// long as it is known here.
func (h *web) hear(ctx context.Context, id string, own *session) {
	ctx = context.WithoutCancel(ctx)
	own.hearing.Do(func() {
		stop := h.state.Subscribe(movesOf(id), func(message []byte) {
			var m move
			if err := json.Unmarshal(message, &m); err != nil || m.From == h.replica.name {
				return
			}
			if m.Drop != "" {
				own.subscriptions.drop(m.Drop, nil)
				own.mailbox.forget(m.Drop)
			}
			if m.Take != "" && own.mailbox.streaming() {
				go h.takeUp(ctx, id, own, m.Take)
			}
		})
		own.subscriptions.atEnd(func() { go stop() }) // which waits for what is being told
	})
}

func (h *web) move(ctx context.Context, id string, m move) {
	m.From = h.replica.name
	raw, err := json.Marshal(m)
	if err != nil {
		h.log.Error("a subscription cannot be moved", "error", err)
		return
	}
	h.state.Publish(ctx, movesOf(id), raw)
}

// remembered is what a session is subscribed to, at whichever replica.
func (h *web) remembered(ctx context.Context, id string) (uris []string) {
	if raw := h.state.Get(ctx, "subscribed/"+id); raw != nil {
		if err := json.Unmarshal(raw, &uris); err != nil {
			h.log.Error("what a session is subscribed to cannot be read", "error", err)
		}
	}
	return uris
}

func (h *web) remember(ctx context.Context, id, uri string, subscribed bool) {
	uris := slices.DeleteFunc(h.remembered(ctx, id), func(u string) bool { return u == uri })
	if subscribed {
		uris = append(uris, uri)
	}
	raw, err := json.Marshal(uris)
	if err != nil {
		h.log.Error("what a session is subscribed to cannot be kept", "error", err)
		return
	}
	h.state.Set(ctx, "subscribed/"+id, raw, subscribedFor)
}

// mailbox holds what a session on /mcp is to be told while it has no stream
// open: that a resource has changed, once each.
type mailbox struct {
	mu      sync.Mutex
	waiting []string
	stream  *stream // nil while there is none
}

// streaming reports that there is a stream.
func (m *mailbox) streaming() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stream != nil
}

// put tells the client now, or when it opens a stream.
func (m *mailbox) put(uri string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stream != nil && m.stream.notify(updated(uri, nil)) == nil {
		return
	}
	if !slices.Contains(m.waiting, uri) {
		m.waiting = append(m.waiting, uri)
	}
}

// forget takes out what waits.
func (m *mailbox) forget(uri string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = slices.DeleteFunc(m.waiting, func(w string) bool { return w == uri })
}

// open empties the mailbox into a stream, and goes on telling the client there
// until it is closed or another is opened.
func (m *mailbox) open(to *stream) (closed func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stream = to
	m.waiting = slices.DeleteFunc(m.waiting, func(uri string) bool { return to.notify(updated(uri, nil)) == nil })
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.stream == to {
			m.stream = nil
		}
	}
}
