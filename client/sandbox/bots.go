package sandbox

import "time"

// bot is one bot of an account.
type bot struct {
	uuid      string
	eventUUID string
}

// launch adds a bot that goes to url at t, now or later. silence is the
// silence_timeout, eventUUID the calendar event's or "".
func (s *Sandbox) launch(a *account, url string, p botParam, silence *int64, t time.Time, eventUUID string) *bot {
	b := &bot{uuid: s.newUUID(), eventUUID: eventUUID}
	return b
}
