package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/tools"
)

const meet = `"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"`

func TestWrongArguments(t *testing.T) {
	a := newAgent(t, tools.Policy{MaxBotsPerHour: 2})
	for _, row := range []struct{ tool, args, want string }{
		{"join_meeting", `{"meeting_link":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"}`, `Did you mean "meeting_url"? Valid: meeting_url, bot_name`},
		{"join_meeting", `{"bot_name":"Ada"}`, "meeting_url is missing: Link to a Zoom"},
		{"join_meeting", `{"meeting_url":null,"bot_name":"null"}`, "bot_name is missing"},
		{"join_meeting", `{` + meet + `,"recording_mode":"video"}`, `"video". Valid: speaker_view, gallery_view, audio_only`},
		{"join_meeting", `{` + meet + `,"speech_to_text":"Whisper"}`, "speech_to_text.provider cannot be \"Whisper\". Valid: Gladia, Runpod, Default"},
		{"join_meeting", `{` + meet + `,"speech_to_text":{"provider":"Gladia","key":"k"}}`, "Valid: provider, api_key"},
		{"join_meeting", `{` + meet + `,"automatic_leave":{"silence_timeout":60}}`, "automatic_leave.silence_timeout must be from 300 to 1800, not 60"},
		{"join_meeting", `{` + meet + `,"extra":"sk-12345"}`, "extra must be an object, not a text"},
		{"join_meeting", `{` + meet + `,"start_time":"1893456000000"}`, "looks like milliseconds"},
		{"join_meeting", `{` + meet + `,"start_time":"soon"}`, "is not a time of day"},
		{"join_meeting", `{` + meet + `,"start_time":"2001-01-01T00:00:00Z"}`, "is past"},
		{"join_meeting", `{` + meet + `,"timezone":"Mars"}`, "Give an IANA name"},
		{"join_meeting", `{` + meet + `,"zoom_sdk_id":"a"}`, "zoom_sdk_id and zoom_sdk_pwd belong together"},
		{"join_meeting", `{` + meet + `,"bot_image":"file:///etc/passwd"}`, "bot_image must be"},
		{"join_meeting", `{"meeting_url":"a","meeting_url":"b","bot_name":"Ada"}`, "each name once"},
		{"join_meeting", `[]`, "The arguments must be an object, not a list"},
		{"list_bots", `{"limit":51}`, "limit must be from 1 to 50, not 51"},
		{"list_bots", `{"limit":2.5}`, "limit must be a whole number, not 2.5"},
		{"list_bots", `{"limit":"many"}`, "limit must be a number, not a text"},
		{"list_bots", `{"limit":{}}`, "limit must be a number, not an object"},
		{"list_bots", `{"created_after":"yesterday"}`, "7d is 7 days ago"},
		{"list_bots", `{"max_tokens":100}`, "max_tokens must be from 500 to 20000"},
		{"list_bots", `{"cursor":"abc"}`, "cursor is not one that this server made"},
		{"get_meeting_data", `{"bot_id":"` + strings.Repeat("x", 300) + `"}`, "is not an id.\nlist_bots gives bot_id."},
		{"get_meeting_data", `{"bot_id":"../../calendars"}`, "is not an id"},
		{"get_meeting_data", `{"bot_id":"a\nb"}`, "is not an id"},
		{"get_meeting_data", `{"bot_id":""}`, "bot_id is missing"},
		{"get_meeting_data", `{"bot_id":["a"]}`, "bot_id must be a text, not a list"},
		{"get_meeting_data", `{"bot_id":"4e1bf2ab-0000-4000-8000-000000000000"}`, "There is no such id for this key. list_bots gives bot_id."},
		{"get_meeting_data", `{"bot_id":"a","include_transcripts":"yes"}`, "include_transcripts must be true or false"},
		{"delete_meeting_data", `{"bot_id":"latest"}`, "Find the id with list_bots"},
		{"retranscribe_meeting", `{"bot_id":"latest"}`, "Find the id with list_bots"},
		{"update_recording", `{"event_id":"e"}`, "Nothing to change was given"},
		{"update_recording", `{"event_id":"e","clear":["bot_name"]}`, `"bot_name" cannot be emptied`},
		{"update_recording", `{"event_id":"e","clear":["extra"],"extra":{"a":1}}`, "extra is both set and cleared"},
		{"list_calendar_events", `{"calendar_id":"c","status":"soon"}`, "Valid: upcoming, past, all"},
		{"get_webhook_guide", `{"topic":"bots"}`, "This takes no arguments"},
	} {
		r := a.call(row.tool, row.args)
		if !r.isError || !strings.Contains(r.text, row.want) || r.fields != nil {
			t.Errorf("%s %.80s\n got %q\nwant %q", row.tool, row.args, r.text, row.want)
		}
		if !strings.HasPrefix(r.text, row.tool+": ") {
			t.Errorf("%s %.80s does not begin with the tool's name: %q", row.tool, row.args, r.text)
		}
	}
	if got := a.sandbox.Requests(); len(got) > 2 {
		t.Errorf("%d requests were sent for wrong arguments, want 1 (the unknown id)", len(got))
	}
}

func TestLenientArguments(t *testing.T) {
	for _, row := range []struct{ tool, args, sent, note string }{
		{"join_meeting", `{` + meet + `,"speech_to_text":"gladia","start_time":null,"extra":"null"}`, `"speech_to_text":{"provider":"Gladia"}`, ""},
		{"join_meeting", `{` + meet + `,"speech_to_text":"{\"provider\":\"Runpod\"}"}`, `"provider":"Runpod"`, ""},
		{"join_meeting", `{` + meet + `,"automatic_leave":"{\"silence_timeout\":\"400\"}"}`, `"automatic_leave":{"silence_timeout":400}`, ""},
		{"join_meeting", `{` + meet + `,"silence_timeout":400,"waiting_room_timeout":"200"}`, `"automatic_leave":{"waiting_room_timeout":200,"silence_timeout":400}`, "silence_timeout was read as automatic_leave.silence_timeout"},
		{"join_meeting", `{` + meet + `,"enter_message":"Hello","reserved":false}`, `"entry_message":"Hello"`, "enter_message was read as entry_message"},
		{"join_meeting", `{` + meet + `,"extra":"{\"id\":12345678901234567}"}`, `"extra":{"id":12345678901234567`, ""},
		{"join_meeting", `"{\"meeting_url\":\"https://meet.google.com/abc-defg-hij\",\"bot_name\":\"Ada\"}"`, `"bot_name":"Ada"`, ""},
		{"list_bots", `{"limit":"5","detail":"FULL"}`, "", ""},
		{"get_meeting_data", `{"bot_uuid":"latest"}`, "", "bot_uuid was read as bot_id"},
		{"join_meeting", `{"meeting_url":"https://meet.google.com/abc-defg-hix","bot_name":"Ada \ud83d","extra":{"k\ud83d":"v\udc00"}}`, `"bot_name":"Ada �"`, ""},
	} {
		a := newAgent(t, tools.Policy{})
		r := a.ok(row.tool, row.args)
		requests := a.sandbox.Requests()
		if body := string(requests[len(requests)-1].Body); !strings.Contains(body, row.sent) {
			t.Errorf("%s %s\nsent %s\nwant %s", row.tool, row.args, body, row.sent)
		}
		if !strings.Contains(r.text, row.note) || !strings.Contains(r.json, row.note) {
			t.Errorf("%s %s: no note %q in\n%s\n%s", row.tool, row.args, row.note, r.text, r.json)
		}
	}
}

func TestRecordingTakesJoinsForm(t *testing.T) {
	a := newAgent(t, tools.Policy{Sandbox: true})
	calendar := a.ok("create_calendar", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"}`).field("calendar_id")
	event := a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`).field("events.0.event_id")
	r := a.ok("schedule_recording", `{"event_uuid":"`+event+`","bot_name":"Ada","automatic_leave":{"waiting_room_timeout":200},"streaming":{"output":"wss://audio.example.com/in"},"entry_message":"Hi"}`)
	requests := a.sandbox.Requests()
	body := string(requests[len(requests)-1].Body)
	for _, want := range []string{`"waiting_room_timeout":200`, `"streaming_output":"wss://audio.example.com/in"`, `"enter_message":"Hi"`} {
		if !strings.Contains(body, want) {
			t.Errorf("sent %s, want %s", body, want)
		}
	}
	if !strings.Contains(r.text, "automatic_leave was read as separate arguments") {
		t.Errorf("no note: %s", r.text)
	}
}

func TestBotsAnHour(t *testing.T) {
	a := newAgent(t, tools.Policy{MaxBotsPerHour: 2})
	join := func(code string) result {
		return a.call("join_meeting", `{"meeting_url":"https://meet.google.com/`+code+`","bot_name":"Ada"}`)
	}
	if r := join("abc-defg-hij"); r.isError {
		t.Fatal(r.text)
	}
	if r := join("abc-defg-hij"); !strings.Contains(r.text, "find it with list_bots (meeting_url)") {
		t.Fatalf("a duplicate: %s", r.text)
	}
	// The duplicate sent no bot, so one launch is left.
	if r := join("bcd-efgh-ijk"); r.isError {
		t.Fatal(r.text)
	}
	if r := join("cde-fghi-jkl"); !r.isError || !strings.Contains(r.text, "--max-bots-per-hour") || !strings.Contains(r.text, "in 1h0m0s") {
		t.Fatalf("a third: %s", r.text)
	}
	a.sandbox.Advance(3601e9)
	if r := join("cde-fghi-jkl"); r.isError {
		t.Fatal(r.text)
	}
}

func FuzzArguments(f *testing.F) {
	for _, seed := range []string{`{}`, `{"limit":1e99,"cursor":"x"}`, `{"bot_id":"a","extra":{"a":[1,null]}}`, `"{}"`, `{"streaming":"{\"input\":5}"}`, `{"automatic_leave":[]}`} {
		f.Add("join_meeting", seed)
		f.Add("update_recording", seed)
	}
	a := newAgent(f, tools.Policy{})
	names := map[string]bool{}
	for _, tool := range listedBy(f, a) {
		names[tool.Name] = true
	}
	f.Fuzz(func(t *testing.T, tool, args string) {
		a := *a
		a.t = t
		if !names[tool] || !json.Valid([]byte(args)) {
			return
		}
		if r := a.call(tool, args); r.text == "" {
			t.Errorf("%s %s: no text", tool, args)
		}
	})
}
