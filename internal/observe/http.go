package observe

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"time"
)

// HTTP counts the requests that next answers, by the pattern of its mux that
// matched: paths hold what callers like.
func (o *Observer) HTTP(next http.Handler) http.Handler {
	if o == nil {
		return next
	}
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			path, method := cmp.Or(r.Pattern, "refused"), "other"
			if slices.Contains(methods, r.Method) {
				method = r.Method
			}
			o.answers.WithLabelValues(path, method, statusOf(answer.status)).Inc()
		}()
		next.ServeHTTP(answer, r)
	})
}

// answer takes note of the status.
type answer struct {
	http.ResponseWriter
	status int
	told   bool
}

func (a *answer) WriteHeader(status int) {
	if !a.told && status >= http.StatusOK {
		a.status, a.told = status, true
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.told = true
	return a.ResponseWriter.Write(p)
}

// Flush sends what was written so far.
func (a *answer) Flush() {
	if flusher, ok := a.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Profiles answers profiles of the process, for go tool pprof.
func Profiles() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("/debug/pprof/", pprof.Index)
	routes.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	routes.HandleFunc("/debug/pprof/profile", pprof.Profile)
	routes.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	routes.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return routes
}

// Operations answers what those ask who run the server: /metrics, /healthz and
// /readyz.
func (o *Observer) Operations(h *Health) http.Handler {
	routes := http.NewServeMux()
	routes.Handle("/metrics", o.Metrics())
	routes.HandleFunc("/healthz", h.Live)
	routes.HandleFunc("/readyz", h.Ready)
	return routes
}

// Listen answers at an address of its own until stop is called. There is nothing
// to write, and on loopback web pages are kept out, which come under a name.
func Listen(addr string, handler http.Handler, log *slog.Logger) (at net.Addr, stop func(), err error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	local := listener.Addr().(*net.TCPAddr).IP.IsLoopback()
	web := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method != http.MethodGet && r.Method != http.MethodHead:
				http.Error(w, "Here is only something to read.", http.StatusMethodNotAllowed)
			case local && !loopback(r.Host):
				http.Error(w, "Refused: the Host header names no loopback address.", http.StatusForbidden)
			default:
				handler.ServeHTTP(w, r)
			}
		}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("no longer listening", "address", listener.Addr().String(), "error", err)
		}
	}()
	return listener.Addr(), func() {
		if err := web.Close(); err != nil {
			log.Debug("closing", "address", listener.Addr().String(), "error", err)
		}
		<-stopped
	}, nil
}

func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}
