package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/tools"
)

const meet = `"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"`

func TestWrongArguments(t *testing.T) {
	a := newAgent(t, tools.Policy{MaxBotsPerHour: 2})
	for _, row := range []struct{ tool, args, want string }{
		{"join_meeting", `{"meeting_link":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"}`, `Did you mean "meeting_url"? Valid: meeting_url, bot_name`},
		{"join_meeting", `{"bot_name":"Ada"}`, "meeting_url is missing: Link to a Zoom"},
		{"join_meeting", `{"meeting_url":null,"bot_name":null}`, "bot_name is missing"},
		{"join_meeting", `{"meeting_url":"None","bot_name":"None"}`, "meeting_url is missing"},
		{"join_meeting", `{"meeting_url":" UNDEFINED ","bot_name":"Ada"}`, "meeting_url is missing"},
		{"get_meeting_data", `{"bot_id":"undefined"}`, "bot_id is missing"},
		{"create_calendar", `{"platform":"None","oauth_client_id":"null","oauth_client_secret":"undefined","oauth_refresh_token":"None"}`, "oauth_refresh_token is missing"},
		{"join_meeting", `{` + meet + `,"speech_to_text":{"provider":"None"}}`, "speech_to_text.provider is missing"},
		{"search_transcripts", `{"query":""}`, "query is missing"},
		{"update_recording", `{"event_id":"e","clear":["None",null,""],"extra":"undefined","bot_name":""}`, "Nothing to change was given"},
		{"join_meeting", `{` + meet + `,"streaming":{"toolCallId":"x"}}`, `Unknown argument "streaming.toolCallId"`},
		{"join_meeting", `{` + meet + `,"recording_mode":"video"}`, `"video". Valid: speaker_view, gallery_view, audio_only`},
		{"join_meeting", `{` + meet + `,"speech_to_text":"Whisper"}`, "speech_to_text.provider cannot be \"Whisper\". Valid: Gladia, Runpod, Default"},
		{"join_meeting", `{` + meet + `,"speech_to_text":{"provider":"Gladia","key":"k"}}`, "Valid: provider, api_key"},
		{"join_meeting", `{` + meet + `,"automatic_leave":{"silence_timeout":60}}`, "automatic_leave.silence_timeout must be from 300 to 1800, not 60"},
		{"join_meeting", `{` + meet + `,"extra":"sk-12345"}`, "extra must be a JSON object, such as {\"title\":\"Board meeting\"}, not a text that is none"},
		{"join_meeting", `{` + meet + `,"extra":"[1]"}`, "not a list"},
		{"join_meeting", `{` + meet + `,"extra":"{\"a\":1} {}"}`, "not a text that is none"},
		{"join_meeting", `{` + meet + `,"transcription_custom_parameters":5}`, "not 5"},
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
		{"get_meeting_data", `{"bot_id":"` + strings.Repeat("x", 300) + `"}`, "bot_id is 300 characters long; at most 200 are taken."},
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

// Each argument has a bound, which is told before anything is done with it.
func TestBoundsOfArguments(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	long := func(n int) string { return strings.Repeat("é", n) }
	names := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"n%d":1`, i)
		}
		return b.String()
	}
	const most = 1_000_000
	for _, row := range []struct{ tool, args, want string }{
		{"search_transcripts", `{"query":"` + long(40_000) + `"}`, "query is 40,000 characters long; at most 1,000 are taken."},
		{"search_transcripts", `{"query":"` + long(1001) + `"}`, "query is 1,001 characters long"},
		{"search_transcripts", `{"query":"a","meeting":"` + long(most) + `"}`, "meeting is 1,000,000 characters long; at most 200 are taken."},
		{"search_transcripts", `{"query":"a","meeting":` + strings.Repeat("7", 250) + `}`, "meeting is 250 characters long"},
		{"summarize_meeting", `{"bot_id":"latest","focus":"` + long(2000) + `"}`, "focus is 2,000 characters long; at most 1,000"},
		{"get_transcript", `{"bot_id":"latest","speaker":"` + long(201) + `"}`, "speaker is 201 characters long"},
		{"get_transcript", `{"bot_id":"latest","format":"` + long(most) + `"}`, "format is 1,000,000 characters long"},
		{"list_bots", `{"cursor":"` + strings.Repeat("A", most) + `"}`, "cursor is 1,000,000 characters long; at most 20,000 are taken."},
		{"list_bots", `{"timezone":"` + long(101) + `"}`, "timezone is 101 characters long"},
		{"list_bots", `{"limit":"` + strings.Repeat("9", most) + `"}`, "limit must be a number of at most 60 characters"},
		{"list_bots", `{"limit":` + strings.Repeat("9", 250) + `}`, "limit must be a number of at most 60 characters"},
		{"list_bots", `{"limit":"1e999999"}`, "limit must be from 1 to 50, not 1e999999"},
		{"list_bots", `{"limit":"-1e999999"}`, "limit must be from 1 to 50"},
		{"verify_claims", `{"bot_id":"latest","claims":[{"text":"a","turn":4294967297}]}`, "claims[0].turn must be at most 2147483647, not 4294967297"},
		{"verify_claims", `{"bot_id":"latest","claims":[` + strings.Repeat(`{"text":"a"},`, 999) + `{"text":"a"}]}`, "claims has 1,000 items; at most 50 are taken."},
		{"verify_claims", `{"bot_id":"latest","claims":[{"text":"` + long(2001) + `"}]}`, "claims[0].text is 2,001 characters long"},
		{"update_recording", `{"event_id":"e","clear":[` + strings.Repeat(`"x",`, most/4) + `"x"]}`, "clear has 250,001 items; at most 100"},
		{"join_meeting", `{` + meet + `,"entry_message":"` + long(2001) + `"}`, "entry_message is 2,001 characters long"},
		{"join_meeting", `{` + meet + `,"zoom_obf_token":"` + long(10_001) + `"}`, "zoom_obf_token is 10,001 characters long"},
		{"join_meeting", `{` + meet + `,"webhook_url":"https://x.example/` + long(most) + `"}`, "webhook_url is 1,000,018 characters long; at most 4,000"},
		{"join_meeting", `{` + meet + `,"extra":{"a":"` + long(20_000) + `"}}`, "extra is 40,008 bytes long; at most 32,000 are taken."},
		{"join_meeting", `{` + meet + `,"extra":` + strings.Repeat(`{"a":`, 30) + "1" + strings.Repeat("}", 30) + `}`, "extra has more than 20 objects or lists within each other"},
		{"join_meeting", `{` + meet + `,"streaming":{"a":1` + names(20_000) + `}}`, "streaming: more than 100 names"},
		{"list_bots", `{"limit":1` + names(20_000) + `}`, "The arguments: more than 100 names; at most 100 are taken."},
		{"list_bots", `{"` + long(most) + `":1}`, `Unknown argument "` + long(60) + `…".`},
		{"list_bots", `{"limit":1` + names(99) + `}`, `Unknown argument "n0". Valid: `},
	} {
		r := a.call(row.tool, row.args)
		if !r.isError || !strings.Contains(r.text, row.want) || len(r.text) > 4000 {
			t.Errorf("%s %.60s\n got %.300q\nwant %q", row.tool, row.args, r.text, row.want)
		}
	}
	if sent := a.sandbox.Requests(); len(sent) > 0 {
		t.Errorf("%d requests were sent", len(sent))
	}
}

// Each text that a schema has is bounded, whoever adds it.
func TestEachTextIsBounded(t *testing.T) {
	a := newAgentWith(t, tools.Policy{}, "http://127.0.0.1:1", sandbox.Key, "all")
	const most = 50_000
	var walk func(tool string, path []string, schema map[string]any)
	walk = func(tool string, path []string, schema map[string]any) {
		properties, _ := schema["properties"].(map[string]any)
		for name, property := range properties {
			walk(tool, append(slices.Clone(path), name), property.(map[string]any))
		}
		if items, ok := schema["items"].(map[string]any); ok {
			walk(tool, append(slices.Clone(path), "[]"), items)
		}
		if schema["type"] != "string" {
			return
		}
		args := `"` + strings.Repeat("x", most) + `"`
		for _, name := range slices.Backward(path) {
			if name == "[]" {
				args = "[" + args + "]"
				continue
			}
			args = `{"` + name + `":` + args + `}`
		}
		want := strings.ReplaceAll(strings.Join(path, "."), ".[]", "[0]") + " is 50,000 "
		if r := a.call(tool, args); !r.isError || !strings.Contains(r.text, want) {
			t.Errorf("%s %s: got %.200s, want %q", tool, path, r.text, want)
		}
	}
	for _, tool := range listedBy(t, a) {
		var schema map[string]any
		if err := json.Unmarshal(inputSchema(t, tool), &schema); err != nil {
			t.Fatal(err)
		}
		walk(tool.Name, nil, schema)
	}
}

// What clients add by themselves is no argument, and no word of ours.
func TestWhatClientsAdd(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	for _, added := range []string{
		`"toolCallId":"call_9"`, `"tool_call_id":"call_9"`, `"sessionId":"s","action":"sendMessage","chatInput":"list my bots","toolCallId":"c"`,
		`"tool":{"name":"list_bots","description":"Lists"}`, `"task_progress":"- [x] one"`, `"_meta":{"a":1}`, `"security_risk":"LOW","summary":"lists"`,
		`"explanation":"to see"`, `"reasoning":"so"`, `"random_string":"x"`, `"dummy":""`, `"requestId":"1"`, `"toolAction":"List","toolSummary":"bots","waitForPreviousTools":true`, `"__arg1":"x"`,
		`"TOOL-CALL-ID":1`,
	} {
		r := a.ok("list_bots", `{"limit":1,`+added+`}`)
		if strings.Contains(r.text, "Note:") {
			t.Errorf("%s: %s", added, r.text)
		}
		a.ok("list_bots", `{"cursor":"`+r.field("next_cursor")+`",`+added+`}`)
	}
	for _, near := range []string{`"tool_call":1`, `"progress":1`, `"sess":1`} {
		if r := a.call("list_bots", `{`+near+`}`); !r.isError {
			t.Errorf("%s is taken", near)
		}
	}
}

// Words for nothing are nothing, but in free text.
func TestWordsForNothing(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	every := a.ok("list_bots", `{"limit":3}`)
	for _, args := range []string{
		`{"limit":3,"speaker_name":"None"}`, `{"limit":3,"bot_name":"undefined","meeting_url":"null","created_after":"None","cursor":"","detail":""}`,
		`{"limit":"3","filter_by_extra":"none","timezone":" NULL ","max_tokens":"NaN"}`,
	} {
		if r := a.ok("list_bots", args); r.text != every.text {
			t.Errorf("%s: got %s\nwant %s", args, r.text, every.text)
		}
	}
	if r := a.ok("search_transcripts", `{"query":"none","speaker":"None"}`); !strings.Contains(r.text, "none") && !strings.Contains(r.text, "Searched") {
		t.Errorf("none is not looked for: %s", r.text)
	}
	if r := a.ok("verify_claims", `{"bot_id":"latest","claims":[{"text":"None","quote":"null","owner":"None"}]}`); !strings.Contains(r.text, "unverified: None") {
		t.Errorf("a claim of one word: %s", r.text)
	}
	a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"None","entry_message":"null","extra":"undefined","deduplication_key":"None","automatic_leave":{"silence_timeout":"None"}}`)
	requests := a.sandbox.Requests()
	body := string(requests[len(requests)-1].Body)
	if !strings.Contains(body, `"bot_name":"None","entry_message":"null"`) || strings.Contains(body, "extra") || strings.Contains(body, "deduplication") || strings.Contains(body, "silence") {
		t.Errorf("sent %s", body)
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
