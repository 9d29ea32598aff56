package serve

import "time"

// ReadLine reads one line of input.
var ReadLine = readLine

// SetLastAnswers shortens the wait for the last answers over stdio.
func (s *Server) SetLastAnswers(d time.Duration) { s.lastAnswers = d }
