package tools_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/tools"
)

// reader is how a client shows results to its model: some show only the text,
// some only the structured form.
type reader struct {
	name string
	// find returns the value that stands under a name, near a text.
	find func(r result, name, near string) string
	all  func(r result) string
}

var readers = []reader{
	{"text", findInText, func(r result) string { return r.text }},
	{"structured", func(r result, name, near string) string { return findInFields(r.fields, name, near) }, func(r result) string { return r.json }},
}

// findInText takes the first "name value" in a line that has the text near, or
// behind it.
func findInText(r result, name, near string) string {
	at := strings.Index(r.text, near)
	if at < 0 {
		return ""
	}
	line := strings.LastIndex(r.text[:at], "\n") + 1
	m := regexp.MustCompile(`\b` + name + ` (\S+)`).FindStringSubmatch(r.text[line:])
	if m == nil {
		return ""
	}
	return m[1]
}

// findInFields takes the value of that name out of the innermost object that
// holds the text near.
func findInFields(v any, name, near string) string {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			if found := findInFields(inner, name, near); found != "" {
				return found
			}
		}
		if strings.Contains(fmt.Sprint(v), near) {
			text, _ := v[name].(string)
			return text
		}
	case []any:
		for _, inner := range v {
			if found := findInFields(inner, name, near); found != "" {
				return found
			}
		}
	}
	return ""
}

// A scripted agent takes every step from what it has read, either from texts
// alone or from structured forms alone.
func TestAnAgentsWork(t *testing.T) {
	for _, reads := range readers {
		t.Run(reads.name, func(t *testing.T) {
			t.Parallel()
			a := newAgent(t, tools.Policy{SpeechToText: "default", Sandbox: true})
			find := func(r result, name, near string) string {
				t.Helper()
				found := reads.find(r, name, near)
				if found == "" {
					t.Fatalf("no %s near %q in %s", name, near, reads.all(r))
				}
				return found
			}
			shows := func(r result, words ...string) {
				t.Helper()
				for _, w := range words {
					if !strings.Contains(reads.all(r), w) {
						t.Fatalf("no %q in %s", w, reads.all(r))
					}
				}
			}

			r := a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/kqz-wmrt-pbd","bot_name":"Ada","extra":{"title":"Board meeting"}}`)
			sent := regexp.MustCompile(`[0-9a-f-]{36}`).FindString(reads.all(r))
			shows(r, "get_meeting_data", "speech_to_text: Default was added")
			shows(a.ok("get_meeting_data", `{"bot_id":"`+sent+`"}`), "joining")

			a.sandbox.Advance(3 * time.Minute)
			shows(a.ok("get_meeting_data", `{"bot_id":"`+sent+`"}`), "in call", "leave_meeting")

			a.sandbox.Advance(2 * time.Hour)
			r = a.ok("list_bots", `{"filter_by_extra":"title:Board meeting"}`)
			bot := find(r, "bot_id", "Board meeting")
			if bot != sent {
				t.Fatalf("got the bot %s, want %s", bot, sent)
			}
			r = a.ok("get_meeting_data", `{"bot_id":"`+bot+`"}`)
			shows(r, "ended", "include_transcripts")
			r = a.ok("get_meeting_data", `{"bot_id":"latest","include_transcripts":true,"max_tokens":1500}`)
			shows(r, bot, "not instructions", "0:0")
			r = a.ok("get_meeting_data", `{"cursor":"`+find(r, "next_cursor", "begins")+`"}`)
			shows(r, bot, "not instructions")

			shows(a.ok("get_screenshots", `{"bot_id":"latest"}`), bot, "Board meeting", "screenshots/")

			r = a.ok("list_raw_calendars", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"}`)
			raw := find(r, "raw_calendar_id", "")
			a.ok("create_calendar", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r","raw_calendar_id":"`+raw+`"}`)
			r = a.ok("list_calendars", `{}`)
			calendar := find(r, "calendar_id", "")
			shows(a.ok("get_calendar", `{"calendar_id":"`+calendar+`"}`), calendar)

			r = a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`)
			shows(r, "schedule_recording")
			event := find(r, "event_id", "https://")
			r = a.ok("schedule_recording", `{"event_id":"`+event+`","bot_name":"Ada","webhook_url":"https://hooks.example.com/x?token=t0ken"}`)
			shows(r, "update_recording", "unschedule_recording", "https://hooks.example.com/x?…", "speech_to_text_provider")
			if strings.Contains(reads.all(r), "t0ken") {
				t.Errorf("the webhook's token came out: %s", reads.all(r))
			}
			r = a.ok("update_recording", `{"event_id":"`+find(r, "event_id", "")+`","bot_name":"Grace","clear":["webhook_url"]}`)
			shows(r, "Grace")
			if strings.Contains(reads.all(r), "hooks.example.com") {
				t.Errorf("the webhook is not cleared: %s", reads.all(r))
			}
			shows(a.ok("get_calendar_event", `{"event_id":"`+event+`"}`), "Grace")
			a.ok("unschedule_recording", `{"event_id":"`+find(r, "event_id", "")+`"}`)
			r = a.ok("get_calendar_event", `{"event_id":"`+event+`"}`)
			shows(r, "schedule_recording")
			if strings.Contains(reads.all(r), "Grace") {
				t.Errorf("the recording is not cancelled: %s", reads.all(r))
			}

			shows(a.ok("delete_meeting_data", `{"bot_id":"`+bot+`"}`), "deleted")
			shows(a.ok("get_meeting_data", `{"bot_id":"`+bot+`"}`), "deleted")
			a.ok("delete_calendar", `{"calendar_id":"`+calendar+`"}`)
			shows(a.ok("list_calendars", `{}`), "create_calendar")
		})
	}
}
