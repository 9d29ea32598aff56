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
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	keepAlive   = 20 * time.Second // between signs of life on a stream; proxies cut idle ones at 30 or 60 s
	sessionIdle = 10 * time.Minute // after which what is kept of a client goes
	bodyTime    = 30 * time.Second // for a message to arrive whole
)

// web is one listener's server.
type web struct {
	*Server
	port string
	mcp  *server.StreamableHTTPServer
	sse  *server.SSEServer
	open pending
}

// HTTP serves streamable HTTP at /mcp and SSE at /sse with /message until ctx
// ends, which is no error. Calls that run by then have the time drain to
// finish. It closes the listener.
func (s *Server) HTTP(ctx context.Context, listener net.Listener, drain time.Duration) error {
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	h := &web{Server: s, port: port,
		mcp: server.NewStreamableHTTPServer(s.mcp,
			server.WithHeartbeatInterval(keepAlive),
			server.WithSessionIdleTTL(sessionIdle),
			server.WithStreamableHTTPLogger(s.log)),
		sse: server.NewSSEServer(s.mcp, server.WithKeepAliveInterval(keepAlive)),
	}
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
		Handler:           h.guard(routes),
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
	if h.open.wait(ctx) != nil {
		h.log.Warn("calls were still running at the end of the drain, and are cancelled", "drain", limit)
	}
	end()
	h.sse.CloseSessions()
	h.mcp.CloseSessions(ctx)
	if err := <-shut; err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

// streamable serves /mcp.
func (h *web) streamable(w http.ResponseWriter, r *http.Request) {
	out := &stream{ResponseWriter: w, header: http.Header{}}
	if version := r.Header.Get(mcp.HeaderProtocolVersion); !mcp.IsModernProtocol(version) && version != "" && !slices.Contains(mcp.ValidProtocolVersions, version) {
		refusal := refuse(nil, mcp.UNSUPPORTED_PROTOCOL_VERSION, "This server does not speak MCP %.40q. It speaks %s: send initialize to agree on one.",
			version, strings.Join(mcp.ValidProtocolVersions, ", "))
		answer(w, http.StatusBadRequest, refusal)
		return
	}
	if r.Method != http.MethodPost {
		h.mcp.ServeHTTP(out, r)
		return
	}
	m, ok := h.body(w, r)
	if !ok {
		return
	}
	session := r.Header.Get(server.HeaderKeySessionID)
	modern := m.modern() || mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	if m.method == string(mcp.MethodNotificationCancelled) && (modern || session == "") {
		// The library knows such calls by their id alone, and would end that of
		// another client. A modern client cancels by closing its connection.
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if m.id != nil && m.method != string(mcp.MethodInitialize) && !modern && session == "" {
		answer(w, http.StatusBadRequest, refuse(m.id, mcp.INVALID_REQUEST,
			"The message belongs to no session. Send initialize first, and the %s that its answer names with every later message.", server.HeaderKeySessionID))
		return
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
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // every server of net/http can
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		_, _ = io.CopyN(io.Discard, r.Body, 8*maxMessage) // who is still sending does not read the answer
		answer(w, http.StatusRequestEntityTooLarge, refuse(nil, mcp.INVALID_REQUEST,
			"The message is larger than the %d MB that this server reads. Send less at a time.", maxMessage>>20))
		return m, false
	case err != nil:
		answer(w, http.StatusBadRequest, refuse(nil, mcp.PARSE_ERROR, "The message did not arrive whole. Send it again."))
		return m, false
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	m, wrong := h.read(raw)
	if wrong == nil {
		return m, true
	}
	h.log.Debug("message refused", "code", wrong.Error.Code)
	switch session := r.URL.Query().Get("sessionId"); {
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
