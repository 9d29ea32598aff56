package serve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/access"
)

// streamable serves /mcp.
func (h *web) streamable(w http.ResponseWriter, r *http.Request) {
	var m message
	switch r.Method {
	case http.MethodPost:
		read, release, ok := h.body(w, r)
		if !ok {
			return
		}
		defer release()
		if m = read; !h.pace(w, r, &m) {
			return
		}
	case http.MethodGet, http.MethodDelete:
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		http.Error(w, "Messages are posted here; GET opens a stream of events, and DELETE ends a session.", http.StatusMethodNotAllowed)
		return
	}
	hello := m.method == string(mcp.MethodInitialize) && !m.modern()
	if hello {
		r.Header.Del(mcp.HeaderProtocolVersion) // the version is agreed on by initialize itself
	}
	version := r.Header.Get(mcp.HeaderProtocolVersion)
	modern := mcp.IsModernProtocol(version) || m.modern()
	if !modern && version != "" && !slices.Contains(mcp.ValidProtocolVersions, version) {
		answer(w, http.StatusBadRequest, refuse(m.id, mcp.UNSUPPORTED_PROTOCOL_VERSION, "This server does not speak MCP %.40q. It speaks %s: send initialize to agree on one.",
			version, strings.Join(mcp.ValidProtocolVersions, ", ")))
		return
	}
	id, caller := r.Header.Get(server.HeaderKeySessionID), access.CallerOf(r.Context())
	var own *session // nil for modern messages, and the first of others
	switch {
	case m.ends() && (modern || id == ""):
		// It cannot be told whose request it means. A modern client cancels by
		// closing its connection.
		w.WriteHeader(http.StatusAccepted)
		return
	case modern:
	case hello:
		leave, err := h.room(r.Context(), caller)
		if err != nil {
			h.refuseFull(w, r, &m, err)
			return
		}
		opening := &opening{leave: leave, asks: m.asks}
		defer func() {
			if !opening.taken {
				opening.leave()
			}
		}()
		r = r.WithContext(context.WithValue(r.Context(), openingKey{}, opening))
	case id != "":
		if m.method == "" && m.id != nil {
			base, reply := asker(m.raw, m.id)
			if base != 0 && base != h.replica.base() {
				if !h.pass(w, r, base, id, reply) {
					h.noSession(w, &m)
				}
				return
			}
			m.library = reply
		}
		entered, leave, err := h.enter(r.Context(), id, caller)
		own = entered
		switch {
		case errors.Is(err, errNoSession):
			h.noSession(w, &m)
			return
		case err != nil:
			h.refuseFull(w, r, &m, err)
			return
		}
		defer leave()
		if m.ends() {
			h.cancel(r.Context(), id, own, m.cancels)
			w.WriteHeader(http.StatusAccepted)
			return
		}
	case m.id != nil || r.Method != http.MethodPost:
		answer(w, http.StatusBadRequest, refuse(m.id, mcp.INVALID_REQUEST,
			"The message belongs to no session. Send initialize first, and the %s that its answer names with every later message.", server.HeaderKeySessionID))
		return
	}
	held := aCall
	if r.Method == http.MethodGet || m.listens() {
		held = aStream
	}
	if r.Method == http.MethodGet || m.request != nil {
		leave, err := h.callers.take(caller, held)
		if err != nil {
			h.refuseFull(w, r, &m, err)
			return
		}
		defer leave()
	}
	if m.due() {
		h.pending.add("", nil)
		defer h.pending.done("")
	}
	if m.request != nil {
		h.requests.add(m.request)
		defer h.requests.remove(m.request)
		if own != nil {
			own.inFlight.add(m)
		}
	}
	take := func() (func(), error) { return h.callers.take(caller, aSubscription) }
	if m.subscribes() && own != nil {
		w.Header().Set("Content-Type", "application/json")
		if answer, _ := h.requests.toClient(h.subscribe(r.Context(), id, own, m)); answer != nil {
			_, _ = w.Write(answer) // the client may be gone
		}
		return
	}
	if held == aStream {
		var leave func()
		r, leave = h.hold(r)
		defer leave()
	}
	out := &stream{ResponseWriter: w, header: http.Header{}, request: m.request, begun: make(chan struct{})}
	out.changed = func(written []byte) []byte {
		if bytes.HasPrefix(written, []byte("event:")) {
			written = h.replica.asked(written)
		}
		written, _ = h.requests.toClient(written)
		return written
	}
	if r.Method == http.MethodGet && own != nil {
		defer h.openMailbox(r.Context(), id, own, out)()
	}
	if m.listens() {
		defer out.keepOpen(r.Context())()
	}
	r.Body = io.NopCloser(bytes.NewReader(m.library))
	h.mcp.ServeHTTP(out, r.WithContext(withConnection(r.Context(), connection{
		send: out.notify, take: take, heard: func(context.Context, string) <-chan struct{} { return out.begun },
	})))
	out.finish()
}

func (h *web) noSession(w http.ResponseWriter, m *message) {
	answer(w, http.StatusNotFound, refuse(m.id, mcp.INVALID_REQUEST,
		"There is no such session, or it ended: send initialize again, without %s.", server.HeaderKeySessionID))
}

// room makes room for one more session of a caller, in the place of its oldest
// that is idle if need be.
func (h *web) room(ctx context.Context, caller string) (leave func(), err error) {
	leave, err = h.callers.take(caller, aSession)
	if err == nil {
		return leave, nil
	}
	idle := h.sessions.oldest(caller)
	if idle == "" {
		return nil, err
	}
	h.drop(ctx, idle)
	return h.callers.take(caller, aSession)
}

// drop ends a session of the caller's as if its client had.
func (h *web) drop(ctx context.Context, id string) {
	gone, err := http.NewRequestWithContext(ctx, http.MethodDelete, "/mcp", http.NoBody)
	if err != nil {
		h.log.Error("an idle session cannot be ended", "error", err)
		return
	}
	gone.Header.Set(server.HeaderKeySessionID, id)
	h.mcp.ServeHTTP(unseen{}, gone)
	h.log.Debug("an idle session made room for a new one")
}

// unseen is an answer that nobody reads.
type unseen struct{}

func (unseen) Header() http.Header         { return http.Header{} }
func (unseen) Write(p []byte) (int, error) { return len(p), nil }
func (unseen) WriteHeader(int)             {}

// refuseFull refuses what would exceed a limit on what is open at once.
func (h *web) refuseFull(w http.ResponseWriter, r *http.Request, m *message, err error) {
	status := http.StatusTooManyRequests
	var reached *full
	if errors.As(err, &reached) {
		limit := string(reached.kind)
		if reached.all {
			status, limit = http.StatusServiceUnavailable, limit+" of all"
		}
		h.limited(r.Context(), m, limit)
	}
	w.Header().Set("Retry-After", "60")
	answer(w, status, refuse(m.id, mcp.INTERNAL_ERROR, "%v", err))
}
