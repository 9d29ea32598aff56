package serve

import (
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// sessions are those of /mcp, each of which costs the library 14 KB for what it
// may have to tell the client. Each is its owner's alone: to others it does not
// exist.
type sessions struct {
	idle time.Duration // after which one makes room for a new one

	mu    sync.Mutex
	known map[string]*session
}

type session struct {
	owner string
	leave func() // gives its place back
	used  time.Time
	busy  int // requests that are open
}

// opening is a request for a new session, for which there is room.
type opening struct {
	leave func()
	taken bool
}

type openingKey struct{}

// enter keeps a session of owner's from being dropped until leave is called.
func (s *sessions) enter(id, owner string) (leave func(), known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entered := s.known[id]
	if entered == nil || entered.owner != owner {
		return nil, false
	}
	entered.busy++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		entered.busy--
		entered.used = time.Now()
	}, true
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
	owner   string
	opening *opening
	any     bool // the server's own clean-up, not a request
}

// ResolveSessionIdManager returns the sessions as who sent r may see them.
func (h *web) ResolveSessionIdManager(r *http.Request) server.SessionIdManager {
	if r == nil {
		return idManager{sessions: &h.sessions, any: true}
	}
	opening, _ := r.Context().Value(openingKey{}).(*opening)
	return idManager{sessions: &h.sessions, owner: callerOf(r.Context()), opening: opening}
}

// Generate names a new session.
func (m idManager) Generate() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := rand.Text()
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
		return false, errors.New("no such session")
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
	delete(m.known, id)
	s.leave()
	return false, nil
}
