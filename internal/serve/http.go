package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	keepAlive   = 20 * time.Second // between signs of life on a stream; proxies cut idle ones at 30 or 60 s
	sessionIdle = 10 * time.Minute // after which what is kept of a client goes
)

// web is one listener's server.
type web struct {
	*Server
	port string
	mcp  *server.StreamableHTTPServer
	sse  *server.SSEServer
	open pending

	sessions sessions
	watchers atomic.Int64 // event streams that clients opened
}

// HTTP serves streamable HTTP at /mcp and SSE at /sse with /message until ctx
// ends, which is no error. Calls that run by then have the time drain to
// finish. It closes the listener.
func (s *Server) HTTP(ctx context.Context, listener net.Listener, drain time.Duration) error {
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	h := &web{Server: s, port: port, sessions: sessions{limits: s.limits, known: map[string]*session{}}}
	h.mcp = server.NewStreamableHTTPServer(s.mcp,
		server.WithHeartbeatInterval(keepAlive),
		server.WithSessionIdleTTL(sessionIdle),
		server.WithSessionIdManager(&h.sessions),
		server.WithStreamableHTTPLogger(s.log))
	h.sse = server.NewSSEServer(s.mcp, server.WithKeepAliveInterval(keepAlive))
	routes := http.NewServeMux()
	routes.HandleFunc("/mcp", h.streamable)
	routes.HandleFunc("/sse", h.stream)
	routes.HandleFunc("/message", h.message)
	routes.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	routes.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Nothing is here. MCP clients connect to /mcp (streamable HTTP) or /sse (SSE); /healthz says whether the server is up.", http.StatusNotFound)
	})
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	web := &http.Server{
		Handler:           h.timed(h.guard(routes)),
		BaseContext:       func(net.Listener) context.Context { return running },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() { stopped <- web.Serve(listener) }()
	select {
	case err = <-stopped:
		err = fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
		err = h.drain(web, drain, end)
	}
	end()
	return errors.Join(err, h.mcp.Shutdown(context.WithoutCancel(ctx)), web.Close())
}

// drain takes no more connections, waits for running calls, and only then ends
// the streams that carry their answers.
func (h *web) drain(web *http.Server, limit time.Duration, end func()) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	shut := make(chan error, 1)
	go func() { shut <- web.Shutdown(ctx) }()
	h.log.Info("finishing calls; a second signal ends at once", "calls", h.open.count(), "up to", limit)
	if h.open.wait(ctx) != nil {
		h.log.Warn("calls were still running at the end of the drain, and are cancelled", "drain", limit)
	}
	end()
	h.sse.CloseSessions()
	h.mcp.CloseSessions(ctx)
	// What is still connected now is a client that does not send or read on.
	defer time.AfterFunc(h.limits.last, cancel).Stop()
	if err := <-shut; err != nil && ctx.Err() == nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

// timed gives each request a time to arrive whole. What a handler does not read
// of it is read before its answer goes out.
func (h *web) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			h.deadline(w, time.Now().Add(h.limits.body))
		}
		if r.Body != http.NoBody && r.Method != http.MethodPost {
			w.Header().Set("Connection", "close")
			http.Error(w, "Only a POST has a body here.", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (h *web) deadline(w http.ResponseWriter, at time.Time) {
	if err := http.NewResponseController(w).SetReadDeadline(at); err != nil {
		h.log.Debug("no deadline for a request", "error", err)
	}
}

// full refuses what would exceed a limit.
func (h *web) full(w http.ResponseWriter, id jsontext.Value, what string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(time.Minute.Seconds())))
	answer(w, http.StatusServiceUnavailable, refuse(id, mcp.INTERNAL_ERROR,
		"This server keeps %d %s at most, and all are in use. End those that you no longer need, or try again in a minute.", h.limits.sessions, what))
}

// watch counts an event stream until leave is called, or refuses it.
func (h *web) watch(w http.ResponseWriter) (leave func(), ok bool) {
	if h.watchers.Add(1) > int64(h.limits.sessions) {
		h.watchers.Add(-1)
		h.full(w, nil, "event streams")
		return nil, false
	}
	return func() { h.watchers.Add(-1) }, true
}

// drop ends a session as if its client had.
func (h *web) drop(r *http.Request, id string) {
	gone := r.Clone(r.Context())
	gone.Method, gone.Body = http.MethodDelete, http.NoBody
	gone.Header = http.Header{server.HeaderKeySessionID: {id}}
	h.mcp.ServeHTTP(unseen{}, gone)
	h.log.Debug("an idle session made room for a new one")
}

// unseen is an answer that nobody reads.
type unseen struct{}

func (unseen) Header() http.Header         { return http.Header{} }
func (unseen) Write(p []byte) (int, error) { return len(p), nil }
func (unseen) WriteHeader(int)             {}

// streamable serves /mcp.
func (h *web) streamable(w http.ResponseWriter, r *http.Request) {
	out := &stream{ResponseWriter: w, header: http.Header{}}
	if version := r.Header.Get(mcp.HeaderProtocolVersion); !mcp.IsModernProtocol(version) && version != "" && !slices.Contains(mcp.ValidProtocolVersions, version) {
		refusal := refuse(nil, mcp.UNSUPPORTED_PROTOCOL_VERSION, "This server does not speak MCP %.40q. It speaks %s: send initialize to agree on one.",
			version, strings.Join(mcp.ValidProtocolVersions, ", "))
		answer(w, http.StatusBadRequest, refusal)
		return
	}
	session := r.Header.Get(server.HeaderKeySessionID)
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	var m message
	switch r.Method {
	case http.MethodPost:
		var ok bool
		if m, ok = h.body(w, r); !ok {
			return
		}
		modern = modern || m.modern()
	case http.MethodGet, http.MethodDelete:
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		http.Error(w, "Messages are posted here; GET opens a stream of events, and DELETE ends a session.", http.StatusMethodNotAllowed)
		return
	}
	if m.method == string(mcp.MethodNotificationCancelled) && (modern || session == "") {
		// The library knows such calls by their id alone, and would end that of
		// another client. A modern client cancels by closing its connection.
		w.WriteHeader(http.StatusAccepted)
		return
	}
	hello := m.method == string(mcp.MethodInitialize)
	if !modern && !hello && session != "" {
		leave, known := h.sessions.enter(session)
		if !known {
			answer(w, http.StatusNotFound, refuse(m.id, mcp.INVALID_REQUEST,
				"There is no such session, or it ended: send initialize again, without %s.", server.HeaderKeySessionID))
			return
		}
		defer leave()
	}
	if !modern && !hello && session == "" && (m.id != nil || r.Method != http.MethodPost) {
		answer(w, http.StatusBadRequest, refuse(m.id, mcp.INVALID_REQUEST,
			"The message belongs to no session. Send initialize first, and the %s that its answer names with every later message.", server.HeaderKeySessionID))
		return
	}
	if !modern && hello {
		idle, ok := h.sessions.room()
		if !ok {
			h.full(w, m.id, "sessions")
			return
		}
		if idle != "" {
			h.drop(r, idle)
		}
	}
	if r.Method == http.MethodGet {
		leave, ok := h.watch(w)
		if !ok {
			return
		}
		defer leave()
	}
	if m.request() {
		h.open.add("")
		defer h.open.done("")
	}
	h.mcp.ServeHTTP(out, r.WithContext(withConnection(r.Context(), connection{send: out.notify})))
	out.finish()
}

// stream serves /sse.
func (h *web) stream(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "GET opens a stream here; messages are posted to the address that it names first.", http.StatusMethodNotAllowed)
		return
	}
	leave, ok := h.watch(w)
	if !ok {
		return
	}
	defer leave()
	out := &stream{ResponseWriter: w, header: http.Header{}}
	id := ""
	out.wrote = func(event []byte) {
		_, data, _ := bytes.Cut(event, []byte("data:"))
		if answered, answer := scan(bytes.TrimSpace(data)); answer {
			h.open.done(id + " " + keyOf(answered))
		}
	}
	opened := func(session string) { id = session }
	h.sse.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), openedKey{}, opened)))
	h.streams.ids.Delete(id)
	h.open.drop(id + " ")
}

// message serves /message: what an SSE client sends, answered on its stream.
func (h *web) message(w http.ResponseWriter, r *http.Request) {
	session := r.URL.Query().Get("sessionId")
	opened, known := h.streams.ids.Load(session)
	if r.Method == http.MethodPost && !known {
		answer(w, http.StatusNotFound, refuse(nil, mcp.INVALID_REQUEST,
			"No stream is open under this sessionId. Open one with GET /sse, and post to the address that it names first."))
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Messages are posted here; GET /sse opens a stream.", http.StatusMethodNotAllowed)
		return
	}
	m, ok := h.body(w, r)
	if !ok {
		return
	}
	key := session + " " + keyOf(m.id)
	if m.request() {
		h.open.add(key)
	}
	gone := opened.(context.Context)
	from := connection{gone: gone, send: func(n mcp.JSONRPCNotification) error { return h.notify(gone, session, n) }}
	out := &stream{ResponseWriter: w, header: http.Header{}}
	h.sse.ServeHTTP(out, r.WithContext(withConnection(r.Context(), from)))
	if out.status != http.StatusAccepted {
		h.open.done(key) // the library refused it on the spot
	}
}

// body reads a message, looks into it and puts it back. If it is wrong, it is
// answered here.
func (h *web) body(w http.ResponseWriter, r *http.Request) (m message, ok bool) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		_, _ = io.CopyN(io.Discard, r.Body, 8*maxMessage) // who is still sending does not read the answer
		answer(w, http.StatusRequestEntityTooLarge, refuse(nil, mcp.INVALID_REQUEST,
			"The message is larger than the %d MB that this server reads. Send less at a time.", maxMessage>>20))
		return m, false
	case err != nil:
		w.Header().Set("Connection", "close")
		answer(w, http.StatusBadRequest, refuse(nil, mcp.PARSE_ERROR, "The message did not arrive whole. Send it again."))
		return m, false
	}
	h.deadline(w, time.Time{}) // which would end the call that follows
	r.Body = io.NopCloser(bytes.NewReader(raw))
	m, wrong := h.read(raw)
	if wrong == nil {
		return m, true
	}
	h.log.Debug("message refused", "code", wrong.Error.Code)
	switch session := r.URL.Query().Get("sessionId"); {
	case m.notification():
		w.WriteHeader(http.StatusAccepted)
	case wrong.Error.Code == mcp.INVALID_PARAMS && r.URL.Path == "/message" && h.sse.SendEventToSession(session, wrong) == nil:
		w.WriteHeader(http.StatusAccepted)
	case wrong.Error.Code == mcp.INVALID_PARAMS && !m.modern() && m.id != nil:
		answer(w, http.StatusOK, wrong) // before 2026-07-28 clients look for the answer to a request under 200 alone
	default:
		answer(w, http.StatusBadRequest, wrong)
	}
	return m, false
}

func answer(w http.ResponseWriter, status int, refusal *refusal) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(refusal.line()) // the client may be gone
}
