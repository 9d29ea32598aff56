package serve

import "time"

// ReadLine reads one line of input.
var ReadLine = readLine

// SetLastAnswers shortens the wait for the last answers over stdio.
func (s *Server) SetLastAnswers(d time.Duration) { s.lastAnswers = d }

// SetBodyTime shortens the time for a message to arrive whole.
func (s *Server) SetBodyTime(d time.Duration) { s.limits.body = d }

// SetSessions lowers the number of sessions, and when one makes room.
func (s *Server) SetSessions(n int, idle time.Duration) { s.limits.sessions, s.limits.idle = n, idle }
