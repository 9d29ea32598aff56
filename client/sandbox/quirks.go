package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// quirks are the points on which nobody outside knows for certain how the real
// API behaves. The zero value is what is thought likeliest.
type quirks struct {
	dedupFailed      bool
	auth             int    // status of an unknown key, 0 for 401
	outOfRange       string // 422 or clamp; otherwise 400
	leaveMissing     bool
	idNumber         bool
	timeZoned        bool
	nextURL          bool
	urlLifetime      time.Duration // 0 for 2 h
	retranscribeOK   bool
	transcribeAlways bool
	extrasOutside    bool
	failedSnake      bool
	errorShape       string // text or empty; otherwise JSON
	slashRedirect    bool
	zoomDisconnected bool
}

// Quirk is one switch of Options.Quirks.
type Quirk struct{ Name, Effect string }

// Quirks lists the switches there are.
func Quirks() []Quirk {
	var all []Quirk
	for _, s := range switches() {
		all = append(all, s.Quirk)
	}
	return all
}

type quirkSwitch struct {
	Quirk
	set func(*quirks)
}

func switches() []quirkSwitch {
	return []quirkSwitch{
		{Quirk{"dedup=failed", "a duplicate bot is accepted, and fails at once with AlreadyStarted (otherwise 409)"}, func(q *quirks) { q.dedupFailed = true }},
		{Quirk{"auth=403", "an unknown key is answered with 403 (otherwise 401)"}, func(q *quirks) { q.auth = 403 }},
		{Quirk{"range=422", "numbers out of bounds are refused with 422 as text (otherwise 400 as JSON)"}, func(q *quirks) { q.outOfRange = "422" }},
		{Quirk{"range=clamp", "numbers out of bounds are moved to the nearest bound"}, func(q *quirks) { q.outOfRange = "clamp" }},
		{Quirk{"leave=404", "leaving with a bot that has ended is refused with 404 (otherwise 200)"}, func(q *quirks) { q.leaveMissing = true }},
		{Quirk{"id=int", "the id in the list of bots is a number (otherwise the UUID)"}, func(q *quirks) { q.idNumber = true }},
		{Quirk{"time=zoned", "bots' times end in Z (otherwise they have no zone)"}, func(q *quirks) { q.timeZoned = true }},
		{Quirk{"next=url", "next of the list of events is a URL (otherwise a cursor)"}, func(q *quirks) { q.nextURL = true }},
		{Quirk{"url-lifetime=4h", "links to files live 4 hours (otherwise 2)"}, func(q *quirks) { q.urlLifetime = 4 * time.Hour }},
		{Quirk{"url-lifetime=24h", "links to files live 24 hours"}, func(q *quirks) { q.urlLifetime = 24 * time.Hour }},
		{Quirk{"retranscribe=200", "retranscribe answers 200 (otherwise 202)"}, func(q *quirks) { q.retranscribeOK = true }},
		{Quirk{"stt=always", "meetings are transcribed even when speech_to_text is absent"}, func(q *quirks) { q.transcribeAlways = true }},
		{Quirk{"status-extras=outside", "webhooks have a status's start_time and error_message beside status (otherwise inside)"}, func(q *quirks) { q.extrasOutside = true }},
		{Quirk{"failed=snake", "the failed webhook's error is in snake_case (otherwise PascalCase)"}, func(q *quirks) { q.failedSnake = true }},
		{Quirk{"errors=text", "refusals are plain text (otherwise JSON)"}, func(q *quirks) { q.errorShape = "text" }},
		{Quirk{"errors=empty", "refusals have no body"}, func(q *quirks) { q.errorShape = "empty" }},
		{Quirk{"slash=308", "the other slash form of a path is redirected (otherwise served)"}, func(q *quirks) { q.slashRedirect = true }},
		{Quirk{"zoom-state=disconnected", "a Zoom connection to be made again is called disconnected (otherwise refresh_failed)"}, func(q *quirks) { q.zoomDisconnected = true }},
	}
}

// parseQuirks reads names of switches; an unknown one is refused with the
// valid ones.
func parseQuirks(names []string) (quirks, error) {
	var q quirks
	for _, name := range names {
		known := false
		var valid []string
		for _, s := range switches() {
			if s.Name == strings.TrimSpace(name) {
				s.set(&q)
				known = true
			}
			valid = append(valid, s.Name)
		}
		if !known {
			return q, fmt.Errorf("sandbox quirk %q is unknown; valid: %s", name, strings.Join(valid, ", "))
		}
	}
	return q, nil
}
