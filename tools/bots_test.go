package tools_test

import (
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/tools"
)

// join_meeting says before the meeting what will not work in it.
func TestJoinSaysWhatWillNotWork(t *testing.T) {
	a := newAgent(t, tools.Policy{SpeechToText: "default", URLHosts: []string{"tokens.example.org"}})
	for _, row := range []struct{ args, want, not string }{
		{`"meeting_url":"https://meet.google.com/abc-defg-hij","entry_message":"Hi"`, "(Google Meet)", "not posted"},
		{`"meeting_url":"https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0","entry_message":"Hi"`, "not posted on Teams", "Zoom"},
		{`"meeting_url":"https://zoom.us/j/123456789"`, "zoom_obf_token_user_id", "not posted"},
		{`"meeting_url":"https://zoom.us/j/123456788","zoom_obf_token_user_id":"u1"`, "(Zoom)", "outside of the account"},
		{`"meeting_url":"https://zoom.us/j/123456787","zoom_obf_token_url":"https://tokens.example.org/t","extra":{"title":"x"}`, "extra goes along to the token URL", "outside of the account"},
		{`"meeting_url":"https://meet.google.com/abc-defg-hik","automatic_leave":{"waiting_room_timeout":900}`, "ends the waiting after about 600 s", ""},
		{`"meeting_url":"https://calls.example.com/42"`, "not one of Zoom, Google Meet or Teams", ""},
		{`"meeting_url":"https://meet.google.com/abc-defg-hil","start_time":"+15m"`, "leave_meeting cancels it", "on its way"},
		{`"meeting_url":"https://meet.google.com/abc-defg-him","speech_to_text":"Gladia"`, "on its way", "was added"},
	} {
		r := a.ok("join_meeting", `{"bot_name":"Ada",`+row.args+`}`)
		if !strings.Contains(r.text, row.want) || row.not != "" && strings.Contains(r.text, row.not) {
			t.Errorf("%s: %s", row.args, r.text)
		}
	}
	if r := a.call("join_meeting", `{"bot_name":"Ada","meeting_url":"our stand-up"}`); !r.isError || !strings.Contains(r.text, "there is no link in this") {
		t.Errorf("no link: %s", r.text)
	}
}

// A meeting's state is told as far as the API tells it, with cause and remedy.
func TestStatesOfMeetings(t *testing.T) {
	a := newAgent(t, tools.Policy{SpeechToText: "default"})
	look := func(bot string) string { return a.ok("get_meeting_data", `{"bot_id":"`+bot+`"}`).text }
	join := func(code, more string) string {
		return a.ok("join_meeting", `{"bot_name":"Ada","meeting_url":"https://meet.google.com/`+code+`"`+more+`}`).field("bot_id")
	}
	later := join("abc-defg-hij", `,"start_time":"+3h"`)
	silent := join("abc-defg-hik", "")
	bots := map[string]string{}
	wanted := map[string]string{
		"nev-erad-mit": "failed\nNobody admitted the bot",
		"rej-ectd-hst": "failed\nSomebody in the meeting refused the bot",
		"rem-oved-mid": "ended\nSomebody removed the bot from the meeting.\nWhat it recorded until then is kept",
		"rem-oved-ear": "failed\nSomebody removed the bot seconds after it was admitted",
		"not-foun-dxx": "failed\nThe link leads to no meeting",
		"nob-odys-pks": "Its transcript is being made, or nobody spoke",
		"nob-odyc-oms": "Its transcript is being made, or nobody spoke",
		"hos-tnev-ers": "failed\nThe host, or the Zoom user",
		"rec-ordn-oty": "failed\nThe bot was not given the right to record",
		"stt-fail-sxx": "The transcription failed. retranscribe_meeting tries again",
	}
	for code := range wanted {
		bots[code] = join(code, "")
	}
	for _, row := range []struct{ bot, want string }{
		{later, ": scheduled\n"}, {silent, ": joining\nIf it stays so, somebody in the meeting must admit the bot"},
	} {
		if text := look(row.bot); !strings.Contains(text, row.want) {
			t.Errorf("got %s, want %q", text, row.want)
		}
	}
	a.ok("leave_meeting", `{"bot_id":"`+later+`"}`)
	if text := look(later); !strings.Contains(text, "told to leave") {
		t.Errorf("told to leave: %s", text)
	}
	a.sandbox.Advance(time.Minute)
	if text := look(later); !strings.Contains(text, "failed\nThe bot was told to leave before it recorded") {
		t.Errorf("gone before its start: %s", text)
	}
	if text := look(silent); !strings.Contains(text, ": in call\n") {
		t.Errorf("in call: %s", text)
	}
	a.sandbox.Advance(20 * time.Minute)
	for code, want := range wanted {
		if text := look(bots[code]); !strings.Contains(text, want) {
			t.Errorf("%s: got %s, want %q", code, text, want)
		}
	}
	a.sandbox.Advance(2 * time.Hour)
	if text := look(bots["nob-odys-pks"]); !strings.Contains(text, "most likely nobody spoke") {
		t.Errorf("long after a silent meeting: %s", text)
	}
}

// A list tells by what it was filtered, where, and how far it looked.
func TestListsSayWhatTheyLookedAt(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	calendar := a.ok("create_calendar", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"}`).field("calendar_id")
	for _, row := range []struct{ tool, args, want string }{
		{"list_bots", `{"speaker_name":" AGNES ","limit":1}`, "One-to-one"},
		{"list_bots", `{"speaker_name":"nobody"}`, "No bot matches.\nLooked at 8 bots"},
		{"list_bots", `{"speaker_name":"nobody"}`, "filtered here, not by the API: speaker_name; there are no more."},
		{"list_bots", `{"created_after":"1h","bot_name":"x"}`, "No bot matches.\nLooked at 0 bots; only those that fit bot_name, created_after; there are no more."},
		{"list_calendar_events", `{"calendar_id":"` + calendar + `","attendee_email":"nobody@example.com"}`, "Looked at 0 upcoming events; only those that fit attendee_email; there are no more."},
		{"list_calendar_events", `{"calendar_id":"` + calendar + `","start_date_gte":"+1d","start_date_lte":"+2d","timezone":"Europe/Paris"}`, "only those that fit start_date_gte, start_date_lte"},
	} {
		if r := a.ok(row.tool, row.args); !strings.Contains(r.text, row.want) {
			t.Errorf("%s %s: %s", row.tool, row.args, r.text)
		}
	}
	for _, row := range []struct{ tool, args, want string }{
		{"list_bots", `{"created_after":"2d","created_before":"7d"}`, "created_after ("},
		{"list_bots", `{"filter_by_extra":"title:Incident review: locker network outage, 9 October"}`, "filter_by_extra: \"9 October\" has no key"},
		{"list_calendar_events", `{"calendar_id":"` + calendar + `","start_date_gte":"+2d","start_date_lte":"+1d"}`, "so nothing can match"},
	} {
		if r := a.call(row.tool, row.args); !r.isError || !strings.Contains(r.text, row.want) {
			t.Errorf("%s %s: %s", row.tool, row.args, r.text)
		}
	}
}
