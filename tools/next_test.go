package tools_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/tools"
)

// What to do next names no tool that is off, or that the caller may not use.
func TestNext(t *testing.T) {
	t.Parallel()
	a := newAgent(t, tools.Policy{})
	id := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	look := `{"bot_id":"` + id + `"}`
	if r := a.ok("get_meeting_data", look); r.field("next") != "Look again later; leave_meeting takes the bot out." {
		t.Errorf("who may do all: got %q", r.field("next"))
	}
	reader := &access.Principal{ID: "ada", Scopes: []access.Scope{access.Read}, Key: client.NewSecret(sandbox.Key)}
	if r := a.callBy(reader, "get_meeting_data", look); r.field("next") != "Look again later." || strings.Contains(r.text, "leave_meeting") {
		t.Errorf("who may read: got %q: %s", r.field("next"), r.text)
	}
	few := newAgentWith(t, tools.Policy{Now: a.sandbox.Now}, a.sandbox.URL(), sandbox.Key, "bots")
	if r := few.ok("get_meeting_data", `{"bot_id":"latest"}`); strings.Contains(r.text, "get_transcript") {
		t.Errorf("without the tool that reads: got %s", r.text)
	}
}
