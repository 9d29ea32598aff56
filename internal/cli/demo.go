package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client/sandbox"
)

// demo tours the tools: a real MCP client, the real server, and the sandbox on
// a clock that the tour moves.
func (p *program) demo(ctx context.Context) error {
	p.Sandbox.On = true
	p.Toolsets, p.Tools, p.ExcludeTools, p.ReadOnly, p.MaxBotsPerHour, p.SpeechToText, p.Confirm = nil, nil, nil, false, 0, "default", "auto"
	u, err := p.openSandbox("", 0)
	if err != nil {
		return err
	}
	err = p.withClient(ctx, u, func(c *mcpclient.Client) error {
		t := &tour{p: p, ctx: ctx, client: c, sandbox: u.sandbox}
		t.run()
		return t.err
	})
	return errors.Join(err, u.close())
}

// tour is a demo under way. After err is set, its steps do nothing.
type tour struct {
	p       *program
	ctx     context.Context
	client  *mcpclient.Client
	sandbox *sandbox.Sandbox
	err     error
}

// seen is what the tour picks out of the structured results.
type seen struct {
	BotID      string `json:"bot_id"`
	CalendarID string `json:"calendar_id"`
	State      string `json:"state"`
	Confirm    string `json:"confirm"`
	Bots       []struct {
		BotID string `json:"bot_id"`
	} `json:"bots"`
	Points []jsontext.Value `json:"points"`
	Claims []struct {
		Status string `json:"status"`
	} `json:"claims"`
	Events []struct {
		EventID    string         `json:"event_id"`
		MeetingURL string         `json:"meeting_url"`
		Recurring  bool           `json:"is_recurring"`
		BotParam   jsontext.Value `json:"bot_param"`
	} `json:"events"`
}

func (t *tour) run() {
	t.say("This is what an AI agent does with meetmcp, played against the embedded sandbox: nothing leaves this machine.")
	t.list()

	t.say("Somebody asks: \"Send a note taker to my call.\"")
	bot := t.call("join_meeting", `{"meeting_url": "https://meet.google.com/kvo-mtxe-bqa", "bot_name": "Note taker", "extra": {"title": "Locker outage review"}}`).BotID
	t.expect("joining", bot, "")
	t.wait(time.Minute, "A minute later the host has let it in.")
	t.expect("in call", bot, "")
	t.wait(3*time.Hour, "When the meeting is over, its transcript is there, in pages that an agent can afford.")
	t.call("wait_for_meeting", fmt.Sprintf(`{"bot_id": %q, "until": "transcript"}`, bot))
	t.expect("ended", bot, "")
	t.call("get_transcript", fmt.Sprintf(`{"bot_id": %q, "max_tokens": 2000}`, bot))

	t.say("What was said is found in all meetings at once.")
	t.call("search_transcripts", `{"query": "root cause of the outage", "limit": 1}`)
	t.call("search_transcripts", `{"query": "zeppelin"}`)

	t.say("And meetings from before can be listed.")
	old := t.call("list_bots", `{"limit": 3}`).Bots

	t.say("Once a calendar is connected, its events or series are scheduled, and their bots come by themselves.")
	calendar := t.call("create_calendar", `{"platform": "Google", "oauth_client_id": "demo", "oauth_client_secret": "demo", "oauth_refresh_token": "demo"}`).CalendarID
	event := ""
	for _, e := range t.call("list_calendar_events", fmt.Sprintf(`{"calendar_id": %q}`, calendar)).Events {
		if event == "" && e.MeetingURL != "" && !e.Recurring && e.BotParam == nil {
			event = e.EventID
		}
	}
	if event == "" {
		t.fail("the calendar has no event to record")
	}
	t.call("schedule_recording", fmt.Sprintf(`{"event_id": %q, "bot_name": "Note taker"}`, event))
	t.call("update_recording", fmt.Sprintf(`{"event_id": %q, "bot_name": "Ada's note taker"}`, event))
	t.agreed("unschedule_recording", fmt.Sprintf(`{"event_id": %q}`, event))

	t.say("When an agent gets something wrong, the answer says how to put it right.")
	t.wrong("join_meeting", `{"meeting_link": "https://meet.google.com/kvo-mtxe-bqa", "bot_name": "Note taker"}`)

	t.say("And what was recorded can be deleted for good, once the person agrees.")
	if len(old) != 3 {
		t.fail("there are %d meetings, and should be 3", len(old))
		return
	}
	t.agreed("delete_meeting_data", fmt.Sprintf(`{"bot_id": %q}`, old[2].BotID))

	t.summarize(bot)

	t.say("That is all. Go on with:")
	t.print("  meetmcp tools                       every tool and what it does\n" +
		"  meetmcp call list_bots --sandbox    one call of your own\n" +
		"  meetmcp stdio --sandbox             what an MCP client runs; with MEETING_BAAS_API_KEY set and without --sandbox, on real meetings\n")
}

// summarize ends the tour with a summary, and with what cannot be shown.
func (t *tour) summarize(bot string) {
	t.say("A summary quotes what shows each of its lines. This one is made without a model; with one, what the model makes up is left out.")
	if s := t.call("summarize_meeting", fmt.Sprintf(`{"bot_id": %q, "max_words": 80}`, bot)); t.err == nil && len(s.Points) == 0 {
		t.fail("the summary is empty")
	}
	t.say("What an agent writes itself can be checked the same way: of these two claims one was said, and one is made up.")
	claims := t.call("verify_claims", fmt.Sprintf(`{"bot_id": %q, "claims": [`+
		`{"text": "The older lockers trust a fixed list without the new intermediate.", "quote": "The older lockers trust a fixed list that doesn't have the new intermediate on it"}, `+
		`{"text": "The board approved 40,000 pounds for new lockers.", "quote": "we approve forty thousand pounds for new lockers"}]}`, bot)).Claims
	if t.err == nil && (len(claims) != 2 || claims[0].Status != "verified" || claims[1].Status != "unverified") {
		t.fail("the claims are %v", claims)
	}
}

// list shows which tools there are.
func (t *tour) list() {
	if t.err != nil {
		return
	}
	t.print(t.p.tint("36", "› tools/list") + "\n")
	listed, err := t.client.ListTools(t.ctx, mcp.ListToolsRequest{})
	if err != nil {
		t.fail("list tools: %v", err)
		return
	}
	var names []string
	for _, tool := range listed.Tools {
		names = append(names, tool.Name)
	}
	t.print(wrap(fmt.Sprintf("%d tools: %s", len(names), strings.Join(names, ", ")), 96, "    "))
}

// call makes a call that must succeed.
func (t *tour) call(tool, arguments string) (out seen) {
	result := t.send(tool, arguments)
	if t.err != nil {
		return out
	}
	if result.IsError {
		t.fail("%s failed", tool)
		return out
	}
	raw, err := json.Marshal(result.StructuredContent)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.fail("%s: read result: %v", tool, err)
	}
	return out
}

// agreed makes a call that loses something: first it only says what, and then it
// is made again with the token that says that the person agreed.
func (t *tour) agreed(tool, arguments string) {
	token := t.call(tool, arguments).Confirm
	if t.err == nil && token == "" {
		t.fail("%s asks for nobody's word", tool)
	}
	if t.err != nil {
		return
	}
	again, err := withToken([]byte(arguments), token)
	if err != nil {
		t.fail("%s: %v", tool, err)
		return
	}
	if t.call(tool, string(again)).Confirm != "" {
		t.fail("%s asks again", tool)
	}
}

// expect looks at a meeting, which must be in a state.
func (t *tour) expect(state, bot, more string) {
	if got := t.call("get_meeting_data", fmt.Sprintf(`{"bot_id": %q%s}`, bot, more)).State; got != state {
		t.fail("the meeting is %q, and should be %q", got, state)
	}
}

// wrong makes a call that must fail.
func (t *tour) wrong(tool, arguments string) {
	if result := t.send(tool, arguments); t.err == nil && !result.IsError {
		t.fail("%s succeeded, and should not have", tool)
	}
}

// send shows a call and what an agent sees of its result.
func (t *tour) send(tool, arguments string) *mcp.CallToolResult {
	if t.err != nil {
		return nil
	}
	t.print(t.p.tint("36", "› "+tool) + " " + arguments + "\n")
	result, err := callTool(t.ctx, t.client, tool, []byte(arguments))
	if err != nil {
		t.fail("%s: %v", tool, err)
		return nil
	}
	color := "0"
	if result.IsError {
		color = "31"
	}
	const most = 16 // lines shown of a result
	lines := strings.Split(strings.TrimSpace(textOf(result)), "\n")
	for _, line := range lines[:min(most, len(lines))] {
		if shown := []rune(line); len(shown) > 170 {
			line = string(shown[:170]) + "…"
		}
		t.print("    " + t.p.tint(color, line) + "\n")
	}
	if left := len(lines) - most; left > 0 {
		t.print("    " + t.p.tint("2", fmt.Sprintf("[trimmed here: an agent sees %d more lines]", left)) + "\n")
	}
	return result
}

// wait lets time pass in the sandbox.
func (t *tour) wait(d time.Duration, text string) {
	if t.err == nil {
		t.sandbox.Advance(d)
		t.say(text)
	}
}

// say narrates.
func (t *tour) say(text string) { t.print("\n" + t.p.tint("1", text) + "\n") }

func (t *tour) print(text string) {
	if t.err != nil {
		return
	}
	if _, err := fmt.Fprint(t.p.out, text); err != nil {
		t.err = fmt.Errorf("print: %w", err)
	}
}

func (t *tour) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("demo: "+format, args...)
	}
}
