package serve

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// Wrong credentials from one address: after so many within a minute, none that
// is new is looked at for as long as that.
const (
	wrongMost  = 10
	wrongShuts = 5 * time.Minute
)

// seenMost bounds how many credentials that were admitted are kept in mind.
const seenMost = 10_000

// entrance lets in who may call.
type entrance struct {
	door  access.Door // nil: everybody
	state shared.State

	mu   sync.Mutex
	seen map[[sha256.Size]byte]time.Time // credentials that were admitted, and when last
}

// admit returns the request of a principal with who that is, or answers it.
func (h *web) admit(w http.ResponseWriter, r *http.Request) *http.Request {
	from := h.from(r)
	if wait, ok := h.state.Take(r.Context(), "from/"+from.String(), shared.Rate{Most: h.limits.From, Per: time.Minute}); !ok {
		h.observer.Limited("address")
		tooMany(w, nil, wait, "Too many requests come from this address.")
		return nil
	}
	r = r.WithContext(access.WithAddress(r.Context(), from))
	if h.entrance.door == nil {
		return r
	}
	if query := r.URL.Query(); len(query) > 1 || len(query) == 1 && (r.URL.Path != "/message" || !query.Has("sessionId")) {
		answer(w, http.StatusBadRequest, refuse(nil, mcp.INVALID_REQUEST,
			"Nothing may stand behind a ? in this address: keys and tokens there end up in logs. Send yours in a header, and take one that stood in an address for known to others."))
		return nil
	}
	principal, err := h.entrance.admit(r, from)
	if err != nil {
		h.turnAway(w, err)
		return nil
	}
	return r.WithContext(access.With(r.Context(), principal))
}

// shut says that an address sent too many wrong credentials.
type shut struct{ wait time.Duration }

func (s *shut) Error() string { return "too many wrong credentials came from this address" }

// admit finds out who sent a request.
func (e *entrance) admit(r *http.Request, from netip.Addr) (*access.Principal, error) {
	ctx := r.Context()
	credential, err := access.CredentialOf(r.Header)
	var unfilled *access.PlaceholderError
	if errors.Is(err, access.ErrNone) || errors.As(err, &unfilled) {
		return nil, err // which guesses nothing
	}
	key := "wrong/" + from.String()
	sum := sha256.Sum256([]byte(credential.Scheme + " " + credential.Secret.Reveal()))
	if closed := e.state.Get(ctx, key+"/shut"); closed != nil && (err != nil || !e.known(sum)) {
		return nil, &shut{wrongShuts}
	}
	var principal *access.Principal
	if err == nil {
		principal, err = e.door.Admit(ctx, credential)
	}
	if err == nil && principal == nil {
		err = fmt.Errorf("%w: it is of no kind that this server takes", access.ErrRefused)
	}
	switch {
	case err == nil:
		e.remember(sum)
	case errors.Is(err, access.ErrRefused), errors.Is(err, access.ErrSeveral):
		e.forget(sum)
		if _, more := e.state.Take(ctx, key, shared.Rate{Most: wrongMost, Per: time.Minute}); !more {
			e.state.Set(ctx, key+"/shut", []byte{1}, wrongShuts)
		}
	}
	return principal, err
}

func (e *entrance) known(sum [sha256.Size]byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.seen[sum]
	return known
}

func (e *entrance) remember(sum [sha256.Size]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, known := e.seen[sum]; !known && len(e.seen) >= seenMost {
		oldest, at := sum, time.Now()
		for s, used := range e.seen {
			if used.Before(at) {
				oldest, at = s, used
			}
		}
		delete(e.seen, oldest)
	}
	e.seen[sum] = time.Now()
}

func (e *entrance) forget(sum [sha256.Size]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.seen, sum)
}

// turnAway answers who is not admitted. What is wrong with a credential is not
// told beyond that it is.
func (h *web) turnAway(w http.ResponseWriter, err error) {
	const how = "Send a Meeting BaaS API key as x-meeting-baas-api-key, or what the operator of this server gave you as Authorization: Bearer."
	var closed *shut
	var unfilled *access.PlaceholderError
	switch {
	case errors.As(err, &closed):
		h.observer.Limited("credentials")
		tooMany(w, nil, closed.wait, "Too many wrong credentials came from this address.")
	case errors.Is(err, access.ErrNone):
		w.Header().Set("WWW-Authenticate", `Bearer realm="meetmcp"`)
		answer(w, http.StatusUnauthorized, refuse(nil, mcp.INVALID_REQUEST, "This server wants to know who calls. "+how))
	case errors.As(err, &unfilled):
		w.Header().Set("WWW-Authenticate", `Bearer realm="meetmcp", error="invalid_token"`)
		answer(w, http.StatusUnauthorized, refuse(nil, mcp.INVALID_REQUEST, "The credential still is a placeholder of the form %s: the client did not fill it in. Put the key itself into the client's configuration.", unfilled.Form))
	case errors.Is(err, access.ErrSeveral), errors.Is(err, access.ErrRefused):
		h.log.Debug("credential refused", "reason", err)
		w.Header().Set("WWW-Authenticate", `Bearer realm="meetmcp", error="invalid_token"`)
		answer(w, http.StatusUnauthorized, refuse(nil, mcp.INVALID_REQUEST, "The credential is not valid here, or there is more than one. "+how))
	case errors.Is(err, access.ErrUnpaid):
		answer(w, http.StatusPaymentRequired, refuse(nil, mcp.INVALID_REQUEST, "The Meeting BaaS account of this key has no tokens left. Buy some at Meeting BaaS, then connect again."))
	default:
		h.log.Warn("a credential could not be checked", "error", err)
		w.Header().Set("Retry-After", "10")
		answer(w, http.StatusServiceUnavailable, refuse(nil, mcp.INTERNAL_ERROR, "The credential cannot be checked at the moment, as Meeting BaaS does not answer. Try again in 10 seconds."))
	}
}

// tooMany refuses what comes too fast.
func tooMany(w http.ResponseWriter, m *message, wait time.Duration, what string) {
	seconds := int(math.Ceil(max(wait, time.Second).Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	refusal := refuse(nil, mcp.INVALID_REQUEST, "%s Wait %d s, then try again.", what, seconds)
	if m != nil && m.id != nil {
		refusal.ID = m.id
	}
	answer(w, http.StatusTooManyRequests, refusal)
}

// pace holds a caller to so many messages a minute.
func (h *web) pace(w http.ResponseWriter, r *http.Request, m *message) bool {
	limit, most, what := "reads", h.limits.Reads, "You send messages too fast."
	if m.tool != "" && h.effect(m.tool) != reads {
		limit, most, what = "writes", h.limits.Writes, "You call tools that change things too fast."
	}
	wait, ok := h.state.Take(r.Context(), limit+"/"+access.CallerOf(r.Context()), shared.Rate{Most: most, Per: time.Minute})
	if !ok {
		h.limited(r.Context(), m, limit)
		tooMany(w, m, wait, what)
	}
	return ok
}

// from is the address that a request comes from: the connection's, or what the
// nearest proxy that is not trusted was told. Of an IPv6 address only the
// network counts, as one machine has as many as it likes there.
func (h *web) from(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // net/http gives nothing else
	address := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && h.trusted(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	if address.Is6() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return address
}

func (h *web) trusted(address netip.Addr) bool {
	for _, proxy := range h.proxies {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}
