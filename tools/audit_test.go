package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/tools"
)

// book is an audit log that a test reads, on a disk that it may fill.
type book struct {
	mu   sync.Mutex
	text bytes.Buffer
	full bool
	told int // failures
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return 0, errors.New("the disk is full")
	}
	return b.text.Write(p)
}

func (b *book) fill(full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full = full
}

func (b *book) keep(_ *tools.Policy, o *serve.Options, _ *serve.Web) {
	o.Audit = audit.New(b, func(error) { b.told++ })
}

// take returns what was written since, as "who tool effect decision outcome limit".
func (b *book) take(t *testing.T) (lines []string, records []audit.Record) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		var r audit.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		records = append(records, r)
		lines = append(lines, strings.TrimSpace(strings.Join([]string{r.Who, r.Tool, r.Effect, string(r.Decision), r.Outcome, r.Limit}, " ")))
	}
	b.text.Reset()
	return lines, records
}

// readOnlyDoor is the door of who may read bots, and nothing else.
type readOnlyDoor struct{}

func (readOnlyDoor) Admit(context.Context, access.Credential) (*access.Principal, error) {
	return &access.Principal{ID: "r-1", Key: client.NewSecret(sandbox.Key), Scopes: []access.Scope{access.Read}, Sets: []string{"bots"}}, nil
}

// TestAudit calls tools in every way in which a call may be decided on.
func TestAudit(t *testing.T) {
	t.Parallel()
	asks := func(action mcp.ElicitationResponseAction) *host { return &host{action, make(chan string, 10)} }
	limited := func(p *tools.Policy, _ *serve.Options, _ *serve.Web) { p.MaxBotsPerHour, p.Sandbox = 1, false }
	guarded := func(_ *tools.Policy, _ *serve.Options, w *serve.Web) { w.Door = readOnlyDoor{} }
	const join = `{"meeting_url":"https://meet.google.com/abc-defg-hij","bot_name":"Ada"`
	type call struct{ tool, args, want string }
	for name, row := range map[string]struct {
		over    string
		confirm string
		set     set
		host    *host
		calls   []call
	}{
		"allowed": {"sse", "never", nil, nil, []call{
			{"list_bots", `{}`, "local list_bots reads allowed ok"},
			{"get_meeting_data", `{"bot_id":"BOT"}`, "local get_meeting_data reads allowed ok"},
			{"get_meeting_data", `{"bot_id":"latest"}`, "local get_meeting_data reads allowed ok"},
			{"get_meeting_data", `{"bot_id":"nobody"}`, "local get_meeting_data reads allowed tool error"},
			{"get_meeting_data", `{"bott":"x"}`, "local get_meeting_data reads allowed tool error"},
			{"join_meeting", join + `}`, "local join_meeting writes allowed ok"},
			{"delete_meeting_data", `{"bot_id":"BOT"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed ok"},
			{"delete_meeting_data", `{"bot_id":"latest"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed tool error"},
			{"delete_meeting_data", `{"bot_id":"latest","x":1}`, "local delete_meeting_data destroys allowed tool error"},
		}},
		"accepted": {"http", "always", nil, asks(mcp.ElicitationResponseActionAccept), []call{
			{"delete_meeting_data", `{"bot_id":"BOT"}`, "local delete_meeting_data destroys asked ok|local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed ok"}}},
		"declined": {"http", "always", nil, asks(mcp.ElicitationResponseActionDecline), []call{
			{"delete_meeting_data", `{"bot_id":"BOT"}`, "local delete_meeting_data destroys asked ok|local delete_meeting_data destroys declined tool error"}}},
		"token": {"http", "auto", nil, nil, []call{
			{"delete_meeting_data", `{"bot_id":"BOT"}`, "local delete_meeting_data destroys asked ok"},
			{"delete_meeting_data", `{"bot_id":"BOT","confirm":"x"}`, "local delete_meeting_data destroys refused by policy tool error"},
		}},
		"cannot ask": {"http", "always", nil, nil, []call{
			{"delete_meeting_data", `{"bot_id":"BOT"}`, "local delete_meeting_data destroys refused by policy tool error"}}},
		"policy and limit": {"http", "never", limited, nil, []call{
			{"join_meeting", join + `,"webhook_url":"https://evil.example.net/"}`, "local join_meeting writes refused by policy tool error"},
			{"join_meeting", join + `,"transcription_custom_parameters":{"callback":"https://evil.example.net/"}}`, "local join_meeting writes refused by policy tool error"},
			{"join_meeting", join + `,"zoom_obf_token":"env:HOME"}`, "local join_meeting writes refused by policy tool error"},
			{"join_meeting", join + `}`, "local join_meeting writes allowed ok"},
			{"join_meeting", join + `,"deduplication_key":"2"}`, "local join_meeting writes refused by limit tool error bots"},
			{"delete_meeting_data", `{"bot_id":"no-1"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed tool error"},
			{"delete_meeting_data", `{"bot_id":"no-2"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed tool error"},
			{"delete_meeting_data", `{"bot_id":"no-3"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed tool error"},
			{"delete_meeting_data", `{"bot_id":"no-4"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed tool error"},
			{"delete_meeting_data", `{"bot_id":"no-5"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys allowed tool error"},
			{"delete_meeting_data", `{"bot_id":"no-6"}`, "local delete_meeting_data destroys allowed begun|local delete_meeting_data destroys refused by limit tool error deletions"},
		}},
		"scope": {"http", "never", guarded, nil, []call{
			{"list_bots", `{}`, "r-1 list_bots reads allowed ok"},
			{"join_meeting", join + `}`, "r-1 join_meeting writes refused by scope refused"},
			{"delete_meeting_data", `{"bot_id":"BOT"}`, "r-1 delete_meeting_data destroys refused by scope refused"},
			{"list_calendars", `{}`, "r-1 list_calendars reads refused by scope refused"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &book{}
			with := []set{b.keep}
			if row.set != nil {
				with = append(with, row.set)
			}
			s := newAsking(t, row.confirm, with...)
			a := s.dialWith(row.over, "2025-11-25", row.host, map[string]string{"Authorization": "Bearer x"})
			bot := a.meetingOf("weekly sync")
			b.take(t)
			for _, c := range row.calls {
				var req mcp.CallToolRequest
				req.Params.Name, req.Params.Arguments = c.tool, json.RawMessage(strings.ReplaceAll(c.args, "BOT", bot))
				if _, err := a.CallTool(t.Context(), req); (err != nil) != (name == "scope" && c.tool != "list_bots") {
					t.Errorf("%s: %v", c.tool, err)
				}
				lines, records := b.take(t)
				if got := strings.Join(lines, "|"); got != c.want {
					t.Errorf("%s %s: got %s, want %s", c.tool, c.args, got, c.want)
				}
				for _, r := range records {
					some := strings.Contains(c.args, "latest") && r.Effect == "reads" || c.tool == "join_meeting" && r.Outcome == "ok"
					about := map[bool]string{true: bot}[strings.Contains(c.args, "BOT") && r.Decision != audit.Scope]
					if some && len(r.BotID) != 36 || !some && r.BotID != about {
						t.Errorf("%s %s is about %q", c.tool, c.args, r.BotID)
					}
				}
			}
		})
	}
}

// TestAuditOfReads holds that meetings which are read as resources, or offered to
// complete what is typed, are written down as the tools that answer.
func TestAuditOfReads(t *testing.T) {
	t.Parallel()
	b := &book{}
	s := newAsking(t, "auto", b.keep)
	a := s.dial("http", "2025-11-25", nil)
	bot := a.meetingOf("weekly sync")
	b.take(t)
	for uri, want := range map[string]string{
		"meeting://" + bot:                 "local get_meeting_data reads allowed ok",
		"meeting://" + bot + "/transcript": "local get_transcript reads allowed ok",
		"meeting://recent":                 "local list_bots reads allowed ok",
		"meeting://nobody":                 "local get_meeting_data reads allowed error",
	} {
		var req mcp.ReadResourceRequest
		req.Params.URI = uri
		if _, err := a.ReadResource(t.Context(), req); (err != nil) != strings.Contains(want, "error") {
			t.Errorf("%s: %v", uri, err)
		}
		lines, records := b.take(t)
		if len(lines) != 1 || lines[0] != want || strings.Contains(uri, bot) && records[0].BotID != bot {
			t.Errorf("%s: got %q, want %s about the bot", uri, lines, want)
		}
	}
}

// TestAuditThatCannotBeWritten holds that nothing is lost unless it is written
// down, and that everything else goes on.
func TestAuditThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	b := &book{}
	s := newAsking(t, "never", b.keep)
	a := s.dial("http", "2025-11-25", nil)
	bot := a.meetingOf("weekly sync")
	b.fill(true)
	r := a.call("delete_meeting_data", `{"bot_id":"`+bot+`"}`)
	if !r.isError || !strings.Contains(r.text, "cannot write it at the moment") || s.deletions() != 0 {
		t.Errorf("with a full disk: %d deletions, %s", s.deletions(), r.text)
	}
	a.ok("list_bots", `{}`)
	if b.told < 3 {
		t.Errorf("told of %d failures", b.told)
	}
	b.fill(false)
	a.ok("delete_meeting_data", `{"bot_id":"`+bot+`"}`)
	if s.deletions() != 1 {
		t.Errorf("with room again: %d deletions", s.deletions())
	}
}
