package sandbox

// Load loads the meetings now rather than on the first request, and returns
// the fault of each file of Options.Data that could not be.
func (s *Sandbox) Load() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	return s.broken
}

func (s *Sandbox) load() {
	if s.loaded {
		return
	}
	s.loaded = true
	s.meetings = builtin()
	if s.options.Data != "" {
		own, broken := loadData(s.options.Data)
		s.meetings, s.broken = append(s.meetings, own...), broken
	}
}
