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

// checkTakes is how long a check may look.
const checkTakes = 2 * time.Second

// Check looks at something that a server needs, or is better with.
type Check struct {
	Name     string
	Optional bool          // without it the server is degraded, and yet ready
	Holds    time.Duration // how long what was found is believed, before Run looks again
	Run      func(context.Context) error
}

// Health tells whether a server is up, and whether it is ready for work.
type Health struct {
	now    func() time.Time
	log    *slog.Logger
	ending atomic.Bool

	mu    sync.Mutex // held while checks run: who asks meanwhile gets the same answer
	found []*finding
}

type finding struct {
	Check
	err error
	at  time.Time // zero until it ran
}

// NewHealth returns the health of a server that stands or falls with checks, which
// run when somebody asks. now is the clock by which what they find holds.
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

// look runs the checks, but those that found something lately.
func (h *Health) look() []finding {
	h.mu.Lock()
	defer h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), checkTakes) // not the caller's, who may leave
	defer cancel()
	var all sync.WaitGroup
	for _, f := range h.found {
		if f.at.IsZero() || h.now().Sub(f.at) >= f.Holds {
			all.Go(func() { h.run(ctx, f) })
		}
	}
	all.Wait()
	found := make([]finding, len(h.found))
	for i, f := range h.found {
		found[i] = *f
	}
	return found
}

// run runs one check, and logs when it comes out otherwise than before.
func (h *Health) run(ctx context.Context, f *finding) {
	before := f.err
	f.err, f.at = f.Run(ctx), h.now()
	switch {
	case f.err != nil && before == nil:
		h.log.Warn("a check of /readyz fails", "check", f.Name, "error", f.err)
	case f.err == nil && before != nil:
		h.log.Info("a check of /readyz is well again", "check", f.Name)
	}
}
