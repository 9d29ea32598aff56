package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/jsonrpc"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	unread    = 5 * time.Second // for what nobody wants to read to arrive
	long      = 64 << 10        // bytes of a message that is read in a turn
	perSource = 10              // times as many webhooks may come from an address as other requests: few send those of many accounts
)

// timed gives a request a time to arrive whole that it is not let in with, or
// answers it. What a handler does not read of it is read before its answer goes
// out.
func (h *web) timed(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == http.NoBody {
		return true
	}
	h.deadline(w, time.Now().Add(min(h.times.body, unread)))
	if r.Method != http.MethodPost {
		w.Header().Set("Connection", "close")
		http.Error(w, "Only a POST has a body here.", http.StatusBadRequest)
		return false
	}
	return true
}

func (h *web) deadline(w http.ResponseWriter, at time.Time) {
	if err := http.NewResponseController(w).SetReadDeadline(at); err != nil {
		h.log.Debug("no deadline for a request", "error", err)
	}
}

// body reads a message and looks into it. It is counted before it
// is read, and held until release is called. If it is wrong, it is answered here.
func (h *web) body(w http.ResponseWriter, r *http.Request) (m message, release func(), ok bool) {
	if !isJSON(r) {
		h.unread(w, r, http.StatusUnsupportedMediaType, refuse(nil, mcp.INVALID_REQUEST, "A message is JSON: send it with Content-Type: application/json."))
		return m, nil, false
	}
	raw, release, err := h.receive(w, r)
	var large *bodies.TooLarge
	switch {
	case errors.As(err, &large):
		if release != nil {
			defer release()
		}
		in := &jsonrpc.Finder{}
		_, _ = in.Write(raw)
		h.bodies.Drain(w, r, access.CallerOf(r.Context()), access.AddressOf(r.Context()), in)
		w.Header().Set("Connection", "close")
		answer(w, http.StatusRequestEntityTooLarge, tooLarge(in))
		return m, nil, false
	case h.busy(w, r, err):
		return m, nil, false
	case err != nil:
		w.Header().Set("Connection", "close")
		answer(w, http.StatusBadRequest, refuse(nil, mcp.PARSE_ERROR, "The message did not arrive whole. Send it again."))
		return m, nil, false
	}
	h.deadline(w, time.Time{}) // which would end the call that follows
	m, wrong := h.inspect(r.Context(), raw)
	if wrong == nil {
		return m, release, true
	}
	defer release()
	h.log.Debug("message refused", "code", wrong.Error.Code)
	switch {
	case m.notification():
		w.WriteHeader(http.StatusAccepted)
	case m.id != nil && r.URL.Path == "/message" && h.tell(r.URL.Query().Get("sessionId"), m, wrong):
		w.WriteHeader(http.StatusAccepted)
	case m.request != nil:
		answer(w, m.request.statusOf(wrong.Error.Code), wrong)
	default:
		answer(w, http.StatusBadRequest, wrong)
	}
	return m, nil, false
}

// busy answers a message that there is no room for, if that is what err says.
func (h *web) busy(w http.ResponseWriter, r *http.Request, err error) bool {
	var busy *work.Busy
	if !errors.As(err, &busy) {
		return false
	}
	h.observer.Limited("bodies")
	w.Header().Set("Retry-After", strconv.Itoa(busy.Seconds()))
	h.unread(w, r, busy.Status(), refuse(nil, mcp.INVALID_REQUEST, "%s. Wait %d s, then try again.", busy.What, busy.Seconds()))
	return true
}

// receive counts a message for its caller, and then reads it.
func (h *web) receive(w http.ResponseWriter, r *http.Request) (raw []byte, release func(), err error) {
	caller := access.CallerOf(r.Context())
	if h.limits.Reads > 0 && h.limits.Writes > 0 {
		all := shared.Rate{Most: h.limits.Reads + h.limits.Writes, Per: time.Minute}
		if wait, ok := h.here.Take(r.Context(), "messages/"+caller, all); !ok {
			return nil, nil, &work.Busy{What: "You send messages too fast", RetryAfter: wait}
		}
	}
	body, err := h.bodies.Open(w, r, caller, access.AddressOf(r.Context()), maxMessage)
	if err != nil {
		return nil, nil, err
	}
	defer body.Close()
	return body.All()
}

// inspect looks into a message; into a long one when it is its caller's turn.
func (h *web) inspect(ctx context.Context, raw []byte) (m message, wrong *refusal) {
	if len(raw) < long {
		return h.read(raw)
	}
	ctx, done := h.pool.Call(ctx, access.CallerOf(ctx))
	defer done()
	err := work.Heavy(ctx, func(context.Context) error {
		m, wrong = h.read(raw)
		return nil
	})
	if err != nil { // the client is gone
		return m, refuse(nil, mcp.INTERNAL_ERROR, "The message was not read, as its connection ended.")
	}
	return m, wrong
}

// unread answers a request whose body is not read, and ends its connection.
func (h *web) unread(w http.ResponseWriter, r *http.Request, status int, refusal *refusal) {
	w.Header().Set("Connection", "close")
	answer(w, status, refusal)
	if http.NewResponseController(w).Flush() == nil {
		h.bodies.Drain(w, r, access.CallerOf(r.Context()), access.AddressOf(r.Context()), io.Discard)
	}
}

// reports counts what is reported by webhook by where it comes from.
func (h *web) reports(inbox http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := h.from(r)
		if wait, ok := h.state.Take(r.Context(), "webhooks-from/"+from.String(), shared.Rate{Most: perSource * h.limits.From, Per: time.Minute}); !ok {
			h.observer.Limited("address")
			w.Header().Set("Connection", "close")
			w.Header().Set("Retry-After", strconv.Itoa((&work.Busy{RetryAfter: wait}).Seconds()))
			http.Error(w, "Too many events come from this address.", http.StatusTooManyRequests)
			return
		}
		inbox.ServeHTTP(w, r.WithContext(access.WithAddress(r.Context(), from)))
	})
}

func answer(w http.ResponseWriter, status int, refusal *refusal) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(refusal.line()) // the client may be gone
}
