package serve

import (
	"bytes"
	"context"
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
	out.wrote = func(event []byte) {
		_, data, _ := bytes.Cut(event, []byte("data:"))
		if answered, answer := scan(bytes.TrimSpace(data)); answer {
			h.pending.done(id + " " + keyOf(answered))
		}
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
	m, ok := h.body(w, r)
	if !ok || !h.pace(w, r, &m) {
		return
	}
	switch {
	case one != nil:
		h.deliver(w, r, session, one, m)
	case !h.pass(w, r, baseOf(holder), session, m.raw):
		h.noStream(w)
	}
}

func (h *web) noStream(w http.ResponseWriter) {
	answer(w, http.StatusNotFound, refuse(nil, mcp.INVALID_REQUEST,
		"No stream is open under this sessionId. Open one with GET /sse, and post to the address that it names first."))
}

// deliver has a message answered on a stream that is open here.
func (h *web) deliver(w http.ResponseWriter, r *http.Request, session string, one *opened, m message) {
	key, caller := session+" "+keyOf(m.id), access.CallerOf(r.Context())
	if m.request() {
		leave, err := h.callers.take(caller, aCall)
		if err != nil {
			h.refuseFull(w, r, &m, err)
			return
		}
		h.pending.add(key, leave)
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
	out := &stream{ResponseWriter: w, header: http.Header{}}
	h.sse.ServeHTTP(out, r.WithContext(withConnection(r.Context(), from)))
	if out.status != http.StatusAccepted {
		h.pending.done(key) // the library refused it on the spot
	}
}
