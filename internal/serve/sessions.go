package serve

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// limits are what clients over HTTP may take.
type limits struct {
	body     time.Duration // for a message to arrive whole
	last     time.Duration // for the last answers to be written when the server stops
	sessions int           // on /mcp at once, and as many event streams
	idle     time.Duration // after which a session makes room for a new one
}

func usual() limits {
	return limits{body: 30 * time.Second, last: 2 * time.Second, sessions: 1000, idle: time.Minute}
}

// sessions are those of /mcp, each of which costs the library 14 KB for what it
// may have to tell the client.
type sessions struct {
	limits limits

	mu    sync.Mutex
	known map[string]*session
}

type session struct {
	used time.Time
	busy int // requests that are open
}

// Generate names a new session.
func (s *sessions) Generate() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := rand.Text()
	s.known[id] = &session{used: time.Now()}
	return id
}

// Validate refuses the id of a session that is not open.
func (s *sessions) Validate(id string) (ended bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[id] == nil {
		return false, errors.New("no such session")
	}
	return false, nil
}

// Terminate forgets a session.
func (s *sessions) Terminate(id string) (refused bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, id)
	return false, nil
}

// enter keeps a session from being dropped until leave is called.
func (s *sessions) enter(id string) (leave func(), known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entered := s.known[id]
	if entered == nil {
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

// room reports whether there is room for one more session, which there may be
// once that of the id it returns is dropped.
func (s *sessions) room() (drop string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) < s.limits.sessions {
		return "", true
	}
	oldest := time.Now().Add(-s.limits.idle)
	for id, session := range s.known {
		if session.busy == 0 && !session.used.After(oldest) {
			drop, oldest = id, session.used
		}
	}
	return drop, drop != ""
}
