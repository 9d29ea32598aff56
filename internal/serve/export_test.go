package serve

import "time"

// SetLastAnswers shortens the wait for the last answers over stdio.
func (s *Server) SetLastAnswers(d time.Duration) { s.lastAnswers = d }
