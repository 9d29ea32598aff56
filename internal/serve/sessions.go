package serve

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// sessions are those of /mcp, each of which costs the library 14 KB for what it
// may have to tell the client. Each is its owner's alone: to others it does not
// exist.
type sessions struct {
	replica *replica
	idle    time.Duration // after which one makes room for a new one

	mu    sync.Mutex
	known map[string]*session
}

type session struct {
	owner string
	leave func() // gives its place back
	used  time.Time
	busy  int // requests that are open

	subscriptions subscriptions
	inFlight      inFlight
	mailbox       mailbox
	hearing       sync.Once // of them from other replicas
}

// opening is a request for a new session, for which there is room.
type opening struct {
	leave func()
	asks  bool // its client can put questions to the person
	taken bool
}

type openingKey struct{}

// enter keeps a session of owner's from being dropped until leave is called. It
// returns nil when there is none.
func (s *sessions) enter(id, owner string) (entered *session, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entered = s.known[id]
	if entered == nil || entered.owner != owner {
		return nil, nil
	}
	entered.busy++
	return entered, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		entered.busy--
		entered.used = time.Now()
	}
}

// end ends what the sessions are subscribed to.
func (s *sessions) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.known {
		session.subscriptions.end()
	}
}

// sweep forgets sessions that were idle since some time, of which the library
// may not know: those that were taken over and have only subscribed since.
func (s *sessions) sweep(since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, session := range s.known {
		if session.busy == 0 && session.used.Before(since) {
			s.drop(id, session)
		}
	}
}

// endOf ends what a caller's sessions are subscribed to.
func (s *sessions) endOf(owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.known {
		if session.owner == owner {
			session.subscriptions.end()
		}
	}
}

// oldest is the session of owner's that was idle for longest, and long enough,
// or "".
func (s *sessions) oldest(owner string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := time.Now().Add(-s.idle)
	for known, session := range s.known {
		if session.owner == owner && session.busy == 0 && !session.used.After(at) {
			id, at = known, session.used
		}
	}
	return id
}

// idManager is the library's view of the sessions, for one request.
type idManager struct {
	*sessions
	state   shared.State
	owner   string
	opening *opening
	any     bool // the server's own clean-up, not a request
}

// ResolveSessionIdManager returns the sessions as who sent r may see them.
func (h *web) ResolveSessionIdManager(r *http.Request) server.SessionIdManager {
	if r == nil {
		return idManager{sessions: &h.sessions, state: h.state, any: true}
	}
	opening, _ := r.Context().Value(openingKey{}).(*opening)
	return idManager{sessions: &h.sessions, state: h.state, owner: access.CallerOf(r.Context()), opening: opening}
}

// Generate names a new session.
func (m idManager) Generate() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.replica.newID(m.owner, m.opening != nil && m.opening.asks)
	made := &session{owner: m.owner, used: time.Now(), leave: func() {}}
	if m.opening != nil {
		made.leave, m.opening.taken = m.opening.leave, true
	}
	m.known[id] = made
	return id
}

// Validate refuses the id of a session that is not open to the caller.
func (m idManager) Validate(id string) (ended bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.known[id]; s == nil || !m.any && s.owner != m.owner {
		return false, errNoSession
	}
	return false, nil
}

// Terminate forgets a session.
func (m idManager) Terminate(id string) (refused bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.known[id]
	if s == nil || !m.any && s.owner != m.owner {
		return false, nil
	}
	m.drop(id, s)
	if !m.any {
		m.state.Set(context.Background(), "ended/"+id, []byte{1}, endedFor)
		m.state.Publish(context.Background(), ended, []byte(id))
	}
	return false, nil
}

// ended is the topic of the sessions that clients end, on any replica.
const ended = "ended"

// forget forgets a session that its client ended at another replica.
func (s *sessions) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.known[id]; known != nil {
		s.drop(id, known)
	}
}

// cancelled is the topic of what clients cancel that is not at the replica which
// they told.
const cancelled = "cancelled"

// cancellation is told of there.
type cancellation struct {
	Session string `json:"session"`
	ID      string `json:"id"` // of the request, as its client wrote it
}

// cancel ends a session's requests with an id, at whichever replica they are.
func (h *web) cancel(ctx context.Context, session string, own *session, id jsontext.Value) {
	if id == nil || own.inFlight.cancel(id) {
		return
	}
	message, err := json.Marshal(cancellation{session, string(id)})
	if err != nil {
		h.log.Error("a cancellation cannot be passed on", "error", err)
		return
	}
	h.state.Publish(ctx, cancelled, message)
}

// cancelHere ends what a client cancelled at another replica.
func (s *sessions) cancelHere(message []byte) {
	var m cancellation
	if json.Unmarshal(message, &m) != nil {
		return
	}
	s.mu.Lock()
	known := s.known[m.Session]
	s.mu.Unlock()
	if known != nil {
		known.inFlight.cancel(jsontext.Value(m.ID))
	}
}

// drop is forget with the lock held.
func (s *sessions) drop(id string, known *session) {
	delete(s.known, id)
	known.subscriptions.end()
	known.leave()
}

// enter keeps a session of the caller's from being dropped until leave is
// called. One that another replica opened is taken over.
func (h *web) enter(ctx context.Context, id, caller string) (entered *session, leave func(), err error) {
	if entered, leave = h.sessions.enter(id, caller); entered != nil {
		return entered, leave, nil
	}
	if err := h.adopt(ctx, id, caller); err != nil {
		return nil, nil, err
	}
	if entered, leave = h.sessions.enter(id, caller); entered == nil {
		return nil, nil, errNoSession
	}
	return entered, leave, nil
}

// restore tells the library again that the client of a session that was taken
// over can put questions to the person.
func restore(ctx context.Context) {
	session, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
	if ok && asks(session.SessionID()) && session.GetClientCapabilities().Elicitation == nil {
		session.SetClientCapabilities(mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapability{}})
	}
}

// adopt takes over a session of the caller's that another replica opened, or
// this one before it was started anew, unless its client has ended it.
func (h *web) adopt(ctx context.Context, id, caller string) error {
	if h.replica.holder(id, caller) == "" || h.state.Get(ctx, "ended/"+id) != nil {
		return errNoSession
	}
	leave, err := h.room(ctx, caller)
	if err != nil {
		return err
	}
	h.sessions.mu.Lock()
	defer h.sessions.mu.Unlock()
	if h.sessions.known[id] != nil {
		leave()
		return nil
	}
	h.sessions.known[id] = &session{owner: caller, used: time.Now(), leave: leave}
	return nil
}

// errNoSession says that nobody has such a session, or not this caller.
var errNoSession = errors.New("no such session")
