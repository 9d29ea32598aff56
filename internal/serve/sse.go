package serve

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/access"
)

// stream serves /sse.
func (h *web) stream(w http.ResponseWriter, r *http.Request) {
	out, r := h.openStream(w, r)
	if out == nil {
		return
	}
	defer out.closed()
	r, leave := h.hold(r)
	defer leave()
	h.sse.ServeHTTP(out, r)
}

// openStream makes room for a stream, until it is closed, or answers that there
// is none.
func (h *web) openStream(w http.ResponseWriter, r *http.Request) (*stream, *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "GET opens a stream here; messages are posted to the address that it names first.", http.StatusMethodNotAllowed)
		return nil, nil
	}
	leave, err := h.callers.take(access.CallerOf(r.Context()), aStream)
	if err != nil {
		h.refuseFull(w, r, &message{}, err)
		return nil, nil
	}
	out := &stream{ResponseWriter: w, header: http.Header{}}
	id := ""
	out.changed = func(event []byte) []byte {
		event, answered := h.requests.toClient(event)
		if answered != nil {
			h.pending.done(id + " " + answered.own)
		}
		return event
	}
	out.closed = func() {
		h.streams.ids.Delete(id)
		h.pending.drop(id + " ")
		leave()
	}
	opened := func(session string) { id = session }
	return out, r.WithContext(context.WithValue(r.Context(), openedKey{}, opened))
}

// newStream names a stream.
func (h *web) newStream(ctx context.Context, _ *http.Request) (string, error) {
	return h.replica.newID(access.CallerOf(ctx), false), nil
}

// message serves /message: what an SSE client sends, answered on its stream.
func (h *web) message(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Messages are posted here; GET /sse opens a stream.", http.StatusMethodNotAllowed)
		return
	}
	session, caller := r.URL.Query().Get("sessionId"), access.CallerOf(r.Context())
	one := h.streams.of(session, caller)
	holder := h.replica.holder(session, caller)
	if one == nil && (holder == "" || holder == h.replica.name) {
		h.noStream(w)
		return
	}
	m, release, ok := h.body(w, r)
	if !ok {
		return
	}
	if !h.pace(w, r, &m) {
		release()
		return
	}
	if one != nil {
		h.deliver(w, r, session, one, m, release)
		return
	}
	defer release()
	if !h.pass(w, r, baseOf(holder), session, m.raw) {
		h.noStream(w)
	}
}

// tell sends a refusal on a stream. It reports false when the stream is not open
// here.
func (h *web) tell(session string, m message, refusal *refusal) bool {
	r := h.requests.newRequest(m.id) // as the library, which sends it, would write the client's id in its own way
	key := session + " " + r.own
	h.requests.add(r)
	h.pending.add(key, func() { h.requests.remove(r) })
	refusal.ID = r.ownID()
	if h.sse.SendEventToSession(session, jsontext.Value(refusal.line())) != nil {
		h.pending.done(key)
		return false
	}
	return true
}

func (h *web) noStream(w http.ResponseWriter) {
	answer(w, http.StatusNotFound, refuse(nil, mcp.INVALID_REQUEST,
		"No stream is open under this sessionId. Open one with GET /sse, and post to the address that it names first."))
}

// deliver has a message answered on a stream that is open here. It is held until
// it is answered.
func (h *web) deliver(w http.ResponseWriter, r *http.Request, session string, one *opened, m message, release func()) {
	if m.request == nil {
		defer release()
	}
	caller, key := access.CallerOf(r.Context()), ""
	switch {
	case m.ends():
		one.inFlight.cancel(m.cancels)
		w.WriteHeader(http.StatusAccepted)
		return
	case m.listens():
		defer release()
		h.tell(session, m, refuse(m.id, mcp.METHOD_NOT_FOUND, "There is no %s over SSE, which carries versions before %s only. Connect to /mcp.", m.method, mcp.ProtocolVersion20260728))
		w.WriteHeader(http.StatusAccepted)
		return
	case m.request != nil:
		leave, err := h.callers.take(caller, aCall)
		if err != nil {
			release()
			h.refuseFull(w, r, &m, err)
			return
		}
		key = session + " " + m.request.own
		h.requests.add(m.request)
		one.inFlight.add(m)
		h.pending.add(key, func() {
			h.requests.remove(m.request)
			leave()
			release()
		})
	}
	send := func(n mcp.JSONRPCNotification) error { return h.notify(one.gone, session, n) }
	if m.subscribes() {
		answer := one.subscriptions.handle(one.gone, m, subscribing{h.follow,
			func() (func(), error) { return h.callers.take(caller, aSubscription) },
			func(uri string) { _ = send(updated(uri, nil)) }}) // the client may be gone
		if h.sse.SendEventToSession(session, jsontext.Value(answer())) != nil {
			h.pending.done(key)
		}
		w.WriteHeader(http.StatusAccepted)
		return
	}
	from := connection{gone: one.gone, send: send}
	r.Body = io.NopCloser(bytes.NewReader(m.library))
	out := &stream{ResponseWriter: w, header: http.Header{}}
	h.sse.ServeHTTP(out, r.WithContext(withConnection(r.Context(), from)))
	if out.status != http.StatusAccepted {
		h.pending.done(key) // the library refused it on the spot
	}
}
