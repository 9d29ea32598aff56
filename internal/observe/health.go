package observe

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	checkHolds = 5 * time.Second // how long what a check found is believed
	checkTakes = 2 * time.Second // and how long it may look
)

// Check looks at something that a server needs, or is better with.
type Check struct {
	Name     string
	Optional bool // without it the server is degraded, and yet ready
	Run      func(context.Context) error
}

// Health tells whether a server is up, and whether it is ready for work.
type Health struct {
	now    func() time.Time
	log    *slog.Logger
	ending atomic.Bool

	mu    sync.Mutex // held while checks run: who asks meanwhile gets the same answer
	found []*finding
	at    time.Time
}

type finding struct {
	Check
	err error
}

// NewHealth returns the health of a server that stands or falls with checks. They
// run when somebody asks, by the clock now at most every 5 s.
func NewHealth(now func() time.Time, log *slog.Logger, checks ...Check) *Health {
	h := &Health{now: now, log: log}
	for _, c := range checks {
		h.found = append(h.found, &finding{Check: c})
	}
	return h
}

// End has the server be no longer ready, as it takes no new work.
func (h *Health) End() { h.ending.Store(true) }

// Live answers that the server is up.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// Ready answers 200 when the server is ready for work, else 503, and how each
// check came out. What is wrong is in the log alone.
func (h *Health) Ready(w http.ResponseWriter, _ *http.Request) {
	answer := struct {
		Status string            `json:"status"` // ready, degraded, not ready or ending
		Checks map[string]string `json:"checks"` // ok or failing
	}{"ready", map[string]string{}}
	for _, f := range h.look() {
		answer.Checks[f.Name] = "ok"
		if f.err != nil {
			answer.Checks[f.Name] = "failing"
			if !f.Optional {
				answer.Status = "not ready"
			} else if answer.Status == "ready" {
				answer.Status = "degraded"
			}
		}
	}
	if h.ending.Load() {
		answer.Status = "ending"
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if answer.Status != "ready" && answer.Status != "degraded" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.MarshalWrite(w, answer, json.Deterministic(true)) // the caller may be gone
}

// look runs the checks, unless they just did.
func (h *Health) look() []finding {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at.IsZero() || h.now().Sub(h.at) >= checkHolds {
		ctx, cancel := context.WithTimeout(context.Background(), checkTakes) // not the caller's, who may leave
		defer cancel()
		var all sync.WaitGroup
		for _, f := range h.found {
			all.Go(func() { h.run(ctx, f) })
		}
		all.Wait()
		h.at = h.now()
	}
	found := make([]finding, len(h.found))
	for i, f := range h.found {
		found[i] = *f
	}
	return found
}

// run runs one check, and logs when it comes out otherwise than before.
func (h *Health) run(ctx context.Context, f *finding) {
	before := f.err
	f.err = f.Run(ctx)
	switch {
	case f.err != nil && before == nil:
		h.log.Warn("a check of /readyz fails", "check", f.Name, "error", f.err)
	case f.err == nil && before != nil:
		h.log.Info("a check of /readyz is well again", "check", f.Name)
	}
}
