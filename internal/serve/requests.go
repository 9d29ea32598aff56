package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/jsonrpc"
)

// The library writes ids in its own way, and takes equal ids of two clients for
// one. So it is given an id of ours for each request, and the client's is put
// back into what it answers.

// request is a request of a client's, until it is answered.
type request struct {
	own       string         // the id that the library knows it by
	id        jsontext.Value // the client's
	arguments jsontext.Value // of a tool, which the library is not given as they are large; else nil
	client    *inFlight      // nil when nobody can cancel it
	modern    bool           // in a version of the protocol from 2026-07-28 on
	fault     *jsonrpc.Error // the answer, if not the library's; written and read where the library works on it

	mu        sync.Mutex
	cancelled bool
	answered  bool
	cancel    func() // ends what the library does; nil before it has begun
}

// answer reports that the request may be answered: that it was not cancelled. It
// cannot be from then on.
func (r *request) answer() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answered = !r.cancelled
	return r.answered
}

// isCancelled reports that nobody wants the answer any more.
func (r *request) isCancelled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cancelled
}

// end cancels the request, unless it is answered.
func (r *request) end() {
	r.mu.Lock()
	cancel := r.cancel
	r.cancelled = !r.answered
	r.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// begin says how what the library does is ended. It is ended at once if the
// request was cancelled before.
func (r *request) begin(cancel func()) {
	r.mu.Lock()
	r.cancel = cancel
	late := r.cancelled
	r.mu.Unlock()
	if late {
		cancel()
	}
}

// ownID is the request's id for the library, as JSON.
func (r *request) ownID() jsontext.Value { return jsontext.Value(`"` + r.own + `"`) }

// requests are those of all clients that the library works on.
type requests struct {
	last atomic.Uint64
	open sync.Map // by own id
}

// newRequest returns a request that has an own id, and is not open yet.
func (q *requests) newRequest(id jsontext.Value) *request {
	return &request{own: "r" + strconv.FormatUint(q.last.Add(1), 36), id: id}
}

func (q *requests) add(r *request) { q.open.Store(r.own, r) }

// remove is called when a request is answered, or cannot be any more.
func (q *requests) remove(r *request) {
	q.open.Delete(r.own)
	if r.client != nil {
		r.client.remove(r)
	}
}

func (q *requests) of(own string) *request {
	r, _ := q.open.Load(own)
	found, _ := r.(*request)
	return found
}

// began is called by the library when it begins with a request.
func (s *Server) began(ctx context.Context, id any, _ mcp.MCPMethod, about any) {
	own, _ := id.(string)
	r := s.requests.of(own)
	if r == nil {
		return
	}
	if call, ok := about.(*mcp.CallToolRequest); ok && r.arguments != nil {
		call.Params.RawArguments = json.RawMessage(r.arguments)
	}
	r.begin(func() {
		s.mcp.HandleMessage(ctx, fmt.Appendf(nil, `{"jsonrpc":"2.0","method":%q,"params":{"requestId":%s}}`, mcp.MethodNotificationCancelled, r.ownID()))
	})
}

// How the library begins an answer to a request with an own id, and how it
// refers to a request to listen.
const (
	answerStart = `{"jsonrpc":"2.0","id":"`
	listenStart = `"` + mcp.MetaKeySubscriptionID + `":"`
)

// toClient returns what a client is to get in place of what the library writes,
// a message or an event that holds one: nil for nothing. It also returns the
// request that is answered, which ends with it, or nil.
func (q *requests) toClient(written []byte) (out []byte, answered *request) {
	start := max(bytes.IndexByte(written, '{'), 0)
	rest, ours := bytes.CutPrefix(written[start:], []byte(answerStart))
	if !ours {
		return q.listened(written), nil
	}
	own, rest, _ := bytes.Cut(rest, []byte(`"`))
	r := q.of(string(own))
	if r == nil {
		return written, nil
	}
	q.remove(r)
	if !r.answer() {
		return nil, r
	}
	if r.fault != nil {
		line := (&refusal{r.id, *r.fault}).line()
		return slices.Concat(written[:start], line, written[len(bytes.TrimRight(written, "\n")):]), r
	}
	out = make([]byte, 0, len(written)+len(r.id))
	out = append(append(out, written[:start]...), answerStart[:len(answerStart)-1]...)
	out = append(append(out, r.id...), rest...)
	return bytes.Replace(out, fmt.Appendf(nil, "%s%s\"", listenStart, own), fmt.Appendf(nil, "%s%s", listenStart[:len(listenStart)-1], r.id), 1), r
}

// listened puts the client's id into a notification that refers to a request to
// listen.
func (q *requests) listened(written []byte) []byte {
	head, rest, refers := bytes.Cut(written, []byte(listenStart))
	if !refers {
		return written
	}
	own, rest, _ := bytes.Cut(rest, []byte(`"`))
	r := q.of(string(own))
	if r == nil {
		return written
	}
	return bytes.Join([][]byte{head, []byte(listenStart[:len(listenStart)-1]), r.id, rest}, nil)
}

// inFlight are one client's requests that it can cancel. The zero value is none.
type inFlight struct {
	mu   sync.Mutex
	open map[string][]*request // by the client's id, byte for byte
}

// add lets a request be cancelled until it is removed. initialize cannot be.
func (f *inFlight) add(m message) {
	if m.method == string(mcp.MethodInitialize) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[string][]*request{}
	}
	f.open[string(m.id)] = append(f.open[string(m.id)], m.request)
	m.request.client = f
}

func (f *inFlight) remove(r *request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := string(r.id)
	f.open[id] = slices.DeleteFunc(slices.Clone(f.open[id]), func(other *request) bool { return other == r })
	if len(f.open[id]) == 0 {
		delete(f.open, id)
	}
}

// cancel ends the requests with an id, and reports whether there are any. If
// there are several, the client means each: it cannot tell their answers apart.
func (f *inFlight) cancel(id jsontext.Value) bool {
	f.mu.Lock()
	named := f.open[string(id)]
	f.mu.Unlock()
	for _, r := range named {
		r.end()
	}
	return len(named) > 0
}
