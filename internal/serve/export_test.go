package serve

import "time"

// ReadLine reads one line of input.
var ReadLine = readLine

// SetLastAnswers shortens the wait for the last answers over stdio.
func (s *Server) SetLastAnswers(d time.Duration) { s.lastAnswers = d }

// SetBodyTime shortens the time for a message to arrive whole.
func (s *Server) SetBodyTime(d time.Duration) { s.times.body = d }

// SetIdle lowers after which time a session makes room for a new one.
func (s *Server) SetIdle(d time.Duration) { s.times.idle = d }
