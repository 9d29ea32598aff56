package tools_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/tools"
)

// writes counts the requests that were no reading.
func (a *agent) writes() (n int) {
	for _, r := range a.sandbox.Requests() {
		if r.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// What did not happen is not told as done.
func TestNothingWasDone(t *testing.T) {
	a := newAgent(t, tools.Policy{Sandbox: true, Confirm: "auto"})
	send := func(code string) string {
		return `{"bot_id":"` + a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/`+code+`","bot_name":"Ada"}`).field("bot_id") + `"}`
	}
	failed, over, running := send("denied-abc"), send("abc-defg-hij"), ""
	a.sandbox.Advance(6 * time.Hour)
	running = send("bcd-efgh-ijk")
	a.sandbox.Advance(2 * time.Minute)
	before := a.writes()
	for args, want := range map[string]string{over: "has ended already", failed: " already, so nothing was to be left"} {
		if r := a.ok("leave_meeting", args); !strings.Contains(r.text, want) || r.fields["ok"] != false || r.field("state") == "" {
			t.Errorf("%s: got %s %s, want %q", args, r.text, r.json, want)
		}
	}
	if n := a.writes() - before; n != 0 {
		t.Errorf("%d requests were sent to leave what is over", n)
	}
	if r := a.ok("leave_meeting", running); !strings.Contains(r.text, "is leaving") || r.fields["ok"] != true {
		t.Errorf("got %s", r.text)
	}

	calendar := a.ok("create_calendar", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"}`).field("calendar_id")
	event := `"event_id":"` + a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`).field("events.0.event_id") + `"`
	for _, more := range []string{"", `,"all_occurrences":true`} {
		before = a.writes()
		if r := a.ok("unschedule_recording", `{`+event+more+`}`); !strings.Contains(r.text, "Nothing was scheduled, so nothing was cancelled") || r.field("confirm") != "" || a.writes() != before {
			t.Errorf("%s: got %s", more, r.text)
		}
		a.ok("schedule_recording", `{`+event+more+`,"bot_name":"Ada"}`)
		first := a.ok("unschedule_recording", `{`+event+more+`}`)
		if r := a.ok("unschedule_recording", `{`+event+more+`,"confirm":"`+first.field("confirm")+`"}`); !strings.Contains(r.text, "Cancelled: ") {
			t.Errorf("%s: got %s after %s", more, r.text, first.text)
		}
		if r := a.ok("unschedule_recording", `{`+event+more+`}`); !strings.Contains(r.text, "Nothing was scheduled") {
			t.Errorf("%s: the second time: %s", more, r.text)
		}
	}
	if r := a.call("update_recording", `{`+event+`,"bot_name":"Grace"}`); !r.isError || !strings.Contains(r.text, "schedule_recording makes one") {
		t.Errorf("changing nothing: %s", r.text)
	}
}

// Each tool that takes latest says which newer meetings it passed over, in both
// forms and in errors.
func TestLatestPassesOver(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	newer := a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"}`).field("bot_id")
	for tool, args := range map[string]string{
		"get_meeting_data": "", "get_screenshots": "", "get_transcript": "", "summarize_meeting": `,"engine":"extractive"`, "verify_claims": `,"claims":["a"]`, "search_transcripts": `,"query":"dishwasher"`,
	} {
		r := a.ok(tool, `{"bot_id":"latest"`+args+`}`)
		want := "latest passed over 1 newer meeting, not ended yet: bot_id " + newer
		if !strings.Contains(r.text, want) || r.json != "" && !strings.Contains(r.json, want) {
			t.Errorf("%s: no %q in %.600s", tool, want, r.text)
		}
	}
	if r := a.call("get_transcript", `{"bot_id":"latest","turns":"90000"}`); !r.isError || !strings.Contains(r.text, "latest passed over 1 newer meeting") {
		t.Errorf("an error: %s", r.text)
	}
	for range 4 {
		a.ok("join_meeting", `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada","deduplication_key":"`+time.Now().String()+`"}`)
	}
	if r := a.ok("get_meeting_data", `{"bot_id":"latest"}`); !strings.Contains(r.text, "passed over 5 newer meetings, not ended yet: ") || !strings.Contains(r.text, " and 2 more.") {
		t.Errorf("got %s", r.text)
	}
}
