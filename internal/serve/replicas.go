package serve

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/jsonrpc"
)

const (
	relayPatience = 3 * time.Second // for another replica to take a message over
	endedFor      = time.Hour       // how long it is known that a session was ended; longer than it may be idle
)

// maxPassed bounds one message that is passed on to another replica, in bytes.
const maxPassed = 1 << 20

// passedLimits bound what is on its way to other replicas, where callers are
// bounded at all: it all goes through Redis.
func passedLimits(l Limits) bodies.Limits {
	if l.Bodies == (bodies.Limits{}) {
		return l.Bodies
	}
	return bodies.Limits{Caller: 16, All: 200, CallerBytes: 2 * maxPassed, AllBytes: 16 * maxPassed, Minute: 16 * maxPassed}
}

// replica is this process among those that serve the same callers. Each can
// tell by an id whose it is and which replica has it.
type replica struct {
	name   string // eight letters, also in the ids of its sessions
	secret []byte // the same on all replicas

	mu      sync.Mutex
	waiting map[string]chan relayed // for another's answer, by number
}

func newReplica(secret []byte) replica {
	if secret == nil {
		secret = make([]byte, 32)
		_, _ = rand.Read(secret) // it never fails
	}
	return replica{name: rand.Text()[:8], secret: secret, waiting: map[string]chan relayed{}}
}

// newID makes the id of a caller's session or stream that this replica has.
// asks says that its client can put questions to the person.
func (r *replica) newID(caller string, asks bool) string {
	kind := "N"
	if asks {
		kind = "Q"
	}
	id := rand.Text()[:18] + r.name + kind
	return id + r.sign(id, caller)
}

// idLength is that of an id without its signature.
const idLength = 18 + 8 + 1

func (r *replica) sign(id, caller string) string {
	mac := hmac.New(sha256.New, r.secret)
	fmt.Fprintf(mac, "session %s of %s", id, caller)
	return base32.StdEncoding.EncodeToString(mac.Sum(nil)[:20])
}

// holder says which replica made an id for a caller, "" when none did.
func (r *replica) holder(id, caller string) string {
	if len(id) < idLength || !hmac.Equal([]byte(id[idLength:]), []byte(r.sign(id[:idLength], caller))) {
		return ""
	}
	return id[idLength-9 : idLength-1]
}

// asks reports that the client of a session with this id can put questions to
// the person.
func asks(id string) bool { return len(id) > idLength && id[idLength-1] == 'Q' }

// relayed is what one replica tells another: a message for a stream, an answer
// to a question, or how it took one.
type relayed struct {
	From    int64          `json:"from,omitzero"`
	Number  string         `json:"number"`
	Session string         `json:"session,omitzero"`
	Caller  string         `json:"caller,omitzero"`
	Address netip.Addr     `json:"address,omitzero"` // of the caller
	Path    string         `json:"path,omitzero"`
	Body    jsontext.Value `json:"body,omitzero"`
	Status  int            `json:"status,omitzero"` // of an answer
	Text    string         `json:"text,omitzero"`
}

// listen takes over what other replicas pass on, until stop is called.
func (h *web) listen(running context.Context) (stop func()) {
	var group sync.WaitGroup
	end := h.state.Subscribe(topicOf(h.replica.base()), func(message []byte) {
		var m relayed
		if err := json.Unmarshal(message, &m); err != nil {
			h.log.Warn("another replica's message cannot be read", "error", err)
			return
		}
		if m.Status != 0 {
			h.replica.answered(m)
			return
		}
		group.Go(func() { h.takeOver(running, m) })
	})
	endEnded := h.state.Subscribe(ended, func(id []byte) { h.sessions.forget(string(id)) })
	endCancelled := h.state.Subscribe(cancelled, h.sessions.cancelHere)
	return func() {
		end()
		endEnded()
		endCancelled()
		group.Wait()
	}
}

func (r *replica) answered(m relayed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if waiting := r.waiting[m.Number]; waiting != nil {
		waiting <- m // it has room for one
		delete(r.waiting, m.Number)
	}
}

// pass has the replica that holds a session take a message, and answers as that
// one does. It reports false if there was none.
func (h *web) pass(w http.ResponseWriter, r *http.Request, to int64, session string, body []byte) bool {
	if h.state.Ready(r.Context()) != nil {
		w.Header().Set("Retry-After", "1")
		answer(w, http.StatusServiceUnavailable, refuse(nil, mcp.INTERNAL_ERROR,
			"Nothing was done: another replica of this server has your session, and cannot be reached at the moment. Try again in a second, or open a new one."))
		return true
	}
	if len(body) > maxPassed {
		answer(w, http.StatusRequestEntityTooLarge, refuse(nil, mcp.INVALID_REQUEST,
			"Nothing was done: another replica of this server has your session, and messages of more than %d MB are not passed on to it. Send less at a time, or open a new session.", maxPassed>>20))
		return true
	}
	release, err := h.passed.Take(access.CallerOf(r.Context()), int64(len(body)))
	if err != nil {
		h.busy(w, r, err)
		return true
	}
	defer release()
	number := rand.Text()[:20]
	took := make(chan relayed, 1)
	h.replica.mu.Lock()
	h.replica.waiting[number] = took
	h.replica.mu.Unlock()
	defer func() {
		h.replica.mu.Lock()
		defer h.replica.mu.Unlock()
		delete(h.replica.waiting, number)
	}()
	message, err := json.Marshal(relayed{From: h.replica.base(), Number: number, Session: session, Caller: access.CallerOf(r.Context()), Address: access.AddressOf(r.Context()), Path: r.URL.Path, Body: body})
	if err != nil {
		h.log.Error("a message cannot be passed on", "error", err)
		return false
	}
	losses := h.state.Losses()
	h.state.Publish(r.Context(), topicOf(to), message)
	late := time.NewTimer(relayPatience)
	defer late.Stop()
	select {
	case taken := <-took:
		if taken.Status != http.StatusAccepted {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(taken.Status)
		_, _ = io.WriteString(w, taken.Text) // the client may be gone
		return true
	case <-late.C:
	case <-r.Context().Done():
	}
	if h.state.Losses() == losses {
		return false
	}
	w.Header().Set("Retry-After", "1")
	answer(w, http.StatusServiceUnavailable, refuse(nil, mcp.INTERNAL_ERROR,
		"It is not known whether your message arrived: another replica of this server has your session, and could not be reached. If it was to change something, look first; else try again in a second."))
	return true
}

// takeOver does what another replica passed on, in the name of who opened the
// stream here, and tells how it went.
func (h *web) takeOver(running context.Context, m relayed) {
	out := &heard{status: http.StatusNotFound}
	one := h.streams.of(m.Session, m.Caller)
	ctx := running
	switch p := (*access.Principal)(nil); {
	case one != nil:
		if p = access.From(one.gone); p != nil {
			ctx = access.With(ctx, p)
		}
	case m.Caller != "":
		ctx = access.With(ctx, &access.Principal{ID: m.Caller}) // who can call nothing, only answer
	}
	ctx = access.WithAddress(ctx, m.Address)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Path+"?sessionId="+url.QueryEscape(m.Session), strings.NewReader(string(m.Body)))
	switch {
	case err != nil:
		h.log.Error("a message cannot be taken over", "error", err)
	case m.Path == "/message" && one != nil:
		r.Header.Set("Content-Type", "application/json")
		if read, wrong := h.read(m.Body); wrong == nil {
			h.deliver(out, r, m.Session, one, read, func() {})
		}
	case m.Path == "/mcp":
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Mcp-Session-Id", m.Session)
		if _, leave, err := h.enter(ctx, m.Session, m.Caller); err == nil {
			h.mcp.ServeHTTP(out, r)
			leave()
		}
	}
	answer, err := json.Marshal(relayed{Number: m.Number, Status: out.status, Text: out.text.String()})
	if err != nil {
		h.log.Error("an answer cannot be passed back", "error", err)
		return
	}
	h.state.Publish(ctx, topicOf(m.From), answer)
}

// heard is an answer that another replica writes.
type heard struct {
	header http.Header
	status int
	wrote  bool
	text   strings.Builder
}

func (o *heard) Header() http.Header {
	if o.header == nil {
		o.header = http.Header{}
	}
	return o.header
}

func (o *heard) WriteHeader(status int) {
	if !o.wrote {
		o.status, o.wrote = status, true
	}
}

func (o *heard) Write(p []byte) (int, error) {
	o.WriteHeader(http.StatusOK)
	return o.text.Write(p)
}

// Flush has nothing to do: it is sent whole.
func (o *heard) Flush() {}

// The library numbers its questions to clients from 1 on, on each replica. So
// that an answer that arrives at another replica is not taken for that to a
// question of its own, each adds a number of its own that clients bring back.

// topicOf is where the replica with a base hears from others.
func topicOf(base int64) string { return "replica/" + strconv.FormatInt(base, 16) }

// base is what this replica adds: a multiple of 2^20 below 2^53, which every
// client can write.
func (r *replica) base() int64 { return baseOf(r.name) }

func baseOf(name string) int64 {
	sum := sha256.Sum256([]byte(name))
	return (int64(sum[0])<<24 | int64(sum[1])<<16 | int64(sum[2])<<8 | int64(sum[3])) << 20
}

// asked numbers a question of the library's on its way out. Other events are
// left as they are.
func (r *replica) asked(event []byte) []byte {
	head, data, found := bytes.Cut(event, []byte("data: "))
	if !found || !bytes.Contains(data, []byte(mcp.MethodElicitationCreate)) {
		return event
	}
	var question map[string]jsontext.Value
	if json.Unmarshal(bytes.TrimSpace(data), &question, jsontext.AllowInvalidUTF8(true)) != nil || jsonrpc.Text(question["method"]) != string(mcp.MethodElicitationCreate) {
		return event
	}
	number, err := strconv.ParseInt(string(question["id"]), 10, 64)
	if err != nil {
		return event
	}
	question["id"] = jsontext.Value(strconv.FormatInt(number+r.base(), 10))
	numbered, err := json.Marshal(question, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return event
	}
	return slices.Concat(head, []byte("data: "), numbered, []byte("\n\n"))
}

// asker takes a replica's number off an answer to a question, and says whose it
// is: 0 when it answers none.
func asker(raw []byte, id jsontext.Value) (base int64, answer []byte) {
	number, err := strconv.ParseInt(string(id), 10, 64)
	var members map[string]jsontext.Value
	if err != nil || json.Unmarshal(raw, &members, jsontext.AllowInvalidUTF8(true)) != nil {
		return 0, raw
	}
	base = number &^ (1<<20 - 1)
	members["id"] = jsontext.Value(strconv.FormatInt(number-base, 10))
	if answer, err = json.Marshal(members, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return 0, raw
	}
	return base, answer
}
