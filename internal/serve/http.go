package serve

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/events"
	"github.com/meetmcp/meetmcp/internal/observe"
	"github.com/meetmcp/meetmcp/internal/shared"
)

const (
	keepAlive   = 20 * time.Second // between signs of life on a stream; proxies cut idle ones at 30 or 60 s
	sessionIdle = 10 * time.Minute // after which what is kept of a client goes
)

// web is one listener's server.
type web struct {
	*Server
	limits  Limits
	state   shared.State
	here    *shared.Memory // what this replica counts for itself
	bodies  *bodies.Gate
	passed  *bodies.Gate // messages on their way to other replicas
	hosts   []string
	origins []string
	proxies []netip.Prefix
	tls     bool
	port    string

	mcp      *server.StreamableHTTPServer
	sse      *server.SSEServer
	entrance entrance
	pending  pending
	sessions sessions
	guests   guests
	callers  callers
	replica  replica
	health   *observe.Health
}

// HTTP serves streamable HTTP at /mcp and SSE at /sse with /message until ctx
// ends, which is no error. It goes on for o.DrainDelay then, and calls that run
// after that have the time o.Drain to finish. It closes the listener.
func (s *Server) HTTP(ctx context.Context, listener net.Listener, o Web) error {
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	if o.TLS != nil {
		listener = tls.NewListener(listener, o.TLS)
	}
	h := newWeb(s, o, port)
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	web := &http.Server{
		Handler:           s.observer.HTTP(h.handler(h.routes(o))),
		BaseContext:       func(net.Listener) context.Context { return running },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	deaf := h.listen(running)
	var looking sync.WaitGroup
	looking.Go(func() { h.look(running) })
	stopped := make(chan error, 1)
	go func() { stopped <- web.Serve(listener) }()
	select {
	case err = <-stopped:
		err = fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
		h.linger(o.DrainDelay)
		err = h.drain(web, o.Drain, end)
	}
	end()
	looking.Wait()
	h.sessions.end()
	deaf()
	return errors.Join(err, h.mcp.Shutdown(context.WithoutCancel(ctx)), web.Close())
}

func newWeb(s *Server, o Web, port string) *web {
	if o.State == nil {
		o.State = shared.NewMemory(nil)
	}
	if o.Health == nil {
		o.Health = observe.NewHealth(time.Now, s.log)
	}
	if o.Bodies == nil {
		o.Bodies = bodies.New(o.Limits.Bodies, s.pool)
	}
	o.Bodies.Time = s.times.body
	h := &web{
		Server: s, limits: o.Limits, state: o.State, here: shared.NewMemory(nil), bodies: o.Bodies, passed: bodies.New(passedLimits(o.Limits), s.pool), hosts: o.Hosts, origins: o.Origins, proxies: o.Proxies, tls: o.TLS != nil, port: port,
		entrance: entrance{door: o.Door, state: o.State, seen: map[[sha256.Size]byte]time.Time{}},
		health:   o.Health,
		sessions: sessions{idle: s.times.idle, known: map[string]*session{}},
		guests:   guests{open: map[*guest]bool{}},
		callers:  callers{limits: o.Limits, hold: s.observer.Hold, of: map[string]*holding{}},
		replica:  newReplica(o.Secret),
	}
	h.sessions.replica = &h.replica
	h.mcp = server.NewStreamableHTTPServer(s.mcp,
		server.WithHeartbeatInterval(keepAlive),
		server.WithSessionIdleTTL(sessionIdle),
		server.WithSessionIdManagerResolver(h),
		server.WithDisableLocalhostProtection(true), // guard knows the names that the operator gave
		server.WithStreamableHTTPLogger(slog.New(libraryLog{s.log.Handler()})))
	h.sse = server.NewSSEServer(s.mcp, server.WithKeepAliveInterval(keepAlive), server.WithSessionIDGenerator(h.newStream), server.WithSSEDisableLocalhostProtection(true))
	return h
}

// handler serves MCP, and has others do the rest. Event streams stay in it for
// hours, by the thousand, so it is one function with little on its stack rather
// than one around the other.
func (h *web) handler(others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.timed(w, r) || !h.guard(w, r) {
			return
		}
		if bare := strings.TrimSuffix(r.URL.Path, "/"); bare == "/mcp" || bare == "/sse" || bare == "/message" {
			r.URL.Path = bare
		}
		switch r.Pattern = r.URL.Path; r.Pattern { // as a mux would, for who counts requests
		case "/mcp":
			if r = h.admit(w, r); r != nil {
				h.streamable(w, r)
			}
		case "/sse":
			if r = h.admit(w, r); r != nil {
				h.stream(w, r)
			}
		case "/message":
			if r = h.admit(w, r); r != nil {
				h.message(w, r)
			}
		default:
			r.Pattern = ""
			others.ServeHTTP(w, r)
		}
	})
}

// routes are all but MCP's own.
func (h *web) routes(o Web) http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("/healthz", h.health.Live)
	routes.HandleFunc("/readyz", h.health.Ready)
	if h.observer != nil && !o.MetricsApart {
		routes.HandleFunc("/metrics", h.metrics)
	}
	if o.Inbox != nil {
		routes.Handle(events.Path, h.reports(o.Inbox))
	}
	site := o.Site
	if site == nil {
		site = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Nothing is here. MCP clients connect to /mcp (streamable HTTP) or /sse (SSE); /healthz says whether the server is up, /readyz whether it is ready.", http.StatusNotFound)
		})
	}
	routes.Handle("/", site)
	return routes
}

// libraryLog is the log of the library, which tells much that nobody needs, and
// the ids of sessions.
type libraryLog struct{ slog.Handler }

// Enabled lets warnings and errors through.
func (l libraryLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && l.Handler.Enabled(ctx, level)
}

// Handle leaves out which session it was.
func (l libraryLog) Handle(ctx context.Context, r slog.Record) error {
	bare := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if !strings.HasPrefix(strings.ToLower(a.Key), "session") {
			bare.AddAttrs(a)
		}
		return true
	})
	return l.Handler.Handle(ctx, bare)
}

// linger says that the server is not ready any more, and goes on for a while: who
// stands in front is to send its callers elsewhere first.
func (h *web) linger(delay time.Duration) {
	h.health.End()
	if delay > 0 {
		h.log.Info("not ready any more, and accepting calls for a while yet; a second signal ends at once", "for", delay)
		time.Sleep(delay)
	}
}

// drain takes no more connections, waits for running calls, and only then ends
// the streams that carry their answers.
func (h *web) drain(web *http.Server, limit time.Duration, end func()) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	shut := make(chan error, 1)
	go func() { shut <- web.Shutdown(ctx) }()
	h.log.Info("finishing calls; a second signal ends at once", "calls", h.pending.count(), "up to", limit)
	if h.pending.wait(ctx) != nil {
		h.log.Warn("calls were still running at the end of the drain, and are cancelled", "drain", limit)
	}
	end()
	h.sse.CloseSessions()
	h.mcp.CloseSessions(ctx)
	// What is still connected now is a client that does not send or read on.
	defer time.AfterFunc(h.times.last, cancel).Stop()
	if err := <-shut; err != nil && ctx.Err() == nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}
