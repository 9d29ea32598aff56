package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/tools"
)

// host plays the program that puts questions to a person.
type host struct {
	answer mcp.ElicitationResponseAction
	asked  chan string
}

func (h *host) Elicit(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	h.asked <- r.Params.Message
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: h.answer, Content: map[string]any{}}}, nil
}

// asking is a server of the whole catalogue with a sandbox behind it, that
// clients of any kind connect to.
type asking struct {
	*serve.Server
	web     serve.Web
	t       *testing.T
	sandbox *sandbox.Sandbox
}

// set is what a test has otherwise than usual.
type set func(*tools.Policy, *serve.Options, *serve.Web)

func newAsking(t *testing.T, confirm string, with ...set) *asking {
	t.Helper()
	box, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := client.New(box.URL(), client.NewSecret(sandbox.Key), &client.Options{Pause: 1})
	t.Cleanup(func() {
		api.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	policy := tools.Policy{Confirm: confirm, Now: box.Now, Sandbox: true}
	options := serve.Options{Version: "test"}
	web := serve.Web{Drain: time.Second}
	for _, set := range with {
		set(&policy, &options, &web)
	}
	on, err := tools.Select(tools.All(api, policy), tools.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	resources := tools.NewResources(on)
	options.Tools = func(to *server.MCPServer) {
		tools.Register(to, on)
		resources.Register(to)
	}
	options.Listing, options.Effect = tools.Listing(on), tools.Effects(on)
	return &asking{serve.New(options), web, t, box}
}

// dial connects a client, with a host when h is not nil.
func (s *asking) dial(kind, version string, h *host) *agent {
	s.t.Helper()
	return s.dialWith(kind, version, h, nil)
}

// dialWith connects a client that sends headers of its own over http.
func (s *asking) dialWith(kind, version string, h *host, headers map[string]string) *agent {
	s.t.Helper()
	options := []mcpclient.ClientOption{mcpclient.WithProtocolVersion(version)}
	if h != nil {
		options = append(options, mcpclient.WithElicitationHandler(h))
	}
	var over transport.Interface
	var err error
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	switch kind {
	case "stdio":
		toServer, fromClient := io.Pipe()
		toClient, fromServer := io.Pipe()
		go func() {
			err := s.Stdio(ctx, toServer, fromServer)
			fromServer.Close()
			toServer.Close()
			served <- err
		}()
		over = transport.NewIO(toClient, fromClient, io.NopCloser(strings.NewReader("")))
	default:
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.t.Fatal(err)
		}
		go func() { served <- s.HTTP(ctx, listener, s.web) }()
		if kind == "sse" {
			over, err = transport.NewSSE("http://" + listener.Addr().String() + "/sse")
		} else {
			over, err = transport.NewStreamableHTTP("http://"+listener.Addr().String()+"/mcp", transport.WithHTTPHeaders(headers))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	c := mcpclient.NewClient(over, options...)
	s.t.Cleanup(func() {
		c.Close()
		stop()
		if err := <-served; err != nil {
			s.t.Errorf("serve: %v", err)
		}
	})
	if err = c.Start(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	var hello mcp.InitializeRequest
	hello.Params.ProtocolVersion = version
	hello.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	got, err := c.Initialize(s.t.Context(), hello)
	if err != nil {
		s.t.Fatal(err)
	}
	if got.ProtocolVersion != version {
		s.t.Fatalf("speaks %s, want %s", got.ProtocolVersion, version)
	}
	return &agent{Client: c, t: s.t, sandbox: s.sandbox}
}

// deletions counts what reached the API.
func (s *asking) deletions() int {
	n := 0
	for _, r := range s.sandbox.Requests() {
		if strings.Contains(r.Path, "delete_data") {
			n++
		}
	}
	return n
}

func TestConfirm(t *testing.T) {
	const accept, decline, cancel = mcp.ElicitationResponseActionAccept, mcp.ElicitationResponseActionDecline, mcp.ElicitationResponseActionCancel
	transports := [][2]string{{"stdio", "2025-06-18"}, {"stdio", "2026-07-28"}, {"http", "2025-11-25"}, {"http", "2026-07-28"}}
	for _, row := range []struct {
		confirm string
		answer  mcp.ElicitationResponseAction // none: the client cannot ask
		asks    bool
		want    string // in the error; none when it is done
	}{
		{"auto", accept, true, ""},
		{"auto", decline, true, "the person was asked and declined"},
		{"auto", cancel, true, "closed the question"},
		{"", decline, true, "declined"},
		{"always", accept, true, ""},
		{"always", "", false, "--confirm always"},
		{"never", decline, false, ""},
		{"never", "", false, ""},
	} {
		for _, over := range transports {
			t.Run(fmt.Sprint(row.confirm, row.answer, over), func(t *testing.T) {
				if over[0] != "stdio" { // the library has one session for all of a process's stdio
					t.Parallel()
				}
				s := newAsking(t, row.confirm)
				var h *host
				asked := make(chan string, 10)
				if row.answer != "" {
					h = &host{row.answer, asked}
				}
				a := s.dial(over[0], over[1], h)
				bot := a.meetingOf("weekly sync")
				r := a.call("delete_meeting_data", `{"bot_id":"`+bot+`"}`)
				if r.isError != (row.want != "") || !strings.Contains(r.text, row.want) {
					t.Errorf("want %q: %s", row.want, r.text)
				}
				if done := s.deletions() == 1; done != (row.want == "") {
					t.Errorf("%d deletions", s.deletions())
				}
				if row.asks != (len(asked) == 1) {
					t.Fatalf("asked %d times", len(asked))
				}
				if row.asks {
					if q := <-asked; !strings.HasPrefix(q, `Delete the recording and transcript of "`) || !strings.Contains(q, "weekly sync") || !strings.Contains(q, " min") {
						t.Errorf("asked %s", q)
					}
				}
			})
		}
	}
}

// Where the person cannot be asked, over SSE whatever the client says that it
// can, the first call says what would be lost, and the second does it.
func TestConfirmWithToken(t *testing.T) {
	t.Parallel()
	for _, over := range [][2]string{{"sse", "2025-11-25"}, {"http", "2025-11-25"}, {"http", "2026-07-28"}} {
		for _, confirm := range []string{"auto", "", "always"} {
			s := newAsking(t, confirm)
			var h *host
			if over[0] == "sse" {
				h = &host{mcp.ElicitationResponseActionAccept, make(chan string, 1)}
			}
			a := s.dial(over[0], over[1], h)
			args := `{"bot_id":"` + a.meetingOf("weekly sync") + `"`
			first := a.call("delete_meeting_data", args+`}`)
			if confirm == "always" {
				if !first.isError || !strings.Contains(first.text, "cannot ask") {
					t.Errorf("%s %s: %s", over, confirm, first.text)
				}
				first = a.call("delete_meeting_data", args+`,"confirm":"x"}`)
				if !first.isError || s.deletions() != 0 {
					t.Errorf("%s %s: %s", over, confirm, first.text)
				}
				continue
			}
			token := first.field("confirm")
			for _, shown := range []string{first.text, first.json} {
				for _, want := range []string{token, "Delete the recording and transcript of ", "weekly sync", " min", "call delete_meeting_data again with the same arguments and confirm", "would_be_lost"} {
					if !strings.Contains(shown, want) {
						t.Errorf("%s %s: no %q in %s", over, confirm, want, shown)
					}
				}
			}
			if first.isError || len(token) < 40 || !strings.Contains(first.text, "Not done yet") || s.deletions() != 0 {
				t.Errorf("%s %s: %d deletions at the first call: %s", over, confirm, s.deletions(), first.text)
			}
			if r := a.call("delete_meeting_data", args+`,"confirm":"`+token+`"}`); r.isError || s.deletions() != 1 {
				t.Errorf("%s %s: %d deletions at the second call: %s", over, confirm, s.deletions(), r.text)
			}
		}
	}
}

// A token holds once, for its caller, its tool, its arguments and ten minutes,
// and what is wrong with one is told.
func TestTokens(t *testing.T) {
	t.Parallel()
	s := newAsking(t, "auto")
	a := newAgentOn(t, tools.Policy{Confirm: "auto"}, sandbox.Options{})
	ada := &access.Principal{ID: "ada", Scopes: []access.Scope{access.Read, access.Destroy}, Key: client.NewSecret(sandbox.Key)}
	bob := &access.Principal{ID: "bob", Scopes: []access.Scope{access.Read, access.Destroy}, Key: client.NewSecret(sandbox.Key)}
	bot, other := a.meetingOf("weekly sync"), a.meetingOf("Stackwren demo call")
	call := func(p *access.Principal, tool, args string) result {
		t.Helper()
		return a.callBy(p, tool, `{`+args+`}`)
	}
	of := func(id string) string { return `"bot_id":"` + id + `"` }
	fresh := func() string {
		t.Helper()
		token := call(ada, "delete_meeting_data", of(bot)).field("confirm")
		if token == "" {
			t.Fatal("no token")
		}
		return token
	}
	deletions := func() (n int) {
		for _, r := range a.sandbox.Requests() {
			if strings.Contains(r.Path, "delete_data") || strings.Contains(r.Path, "retranscribe") {
				n++
			}
		}
		return n
	}
	spoilt := func(token string, at int) string {
		raw := []byte(token)
		raw[at] = map[bool]byte{true: 'B', false: 'A'}[raw[at] == 'A']
		return string(raw)
	}
	elsewhere := s.dial("http", "2025-11-25", nil)
	foreign := elsewhere.call("delete_meeting_data", `{`+of(elsewhere.meetingOf("weekly sync"))+`}`).field("confirm")
	for _, row := range []struct {
		name        string
		by          *access.Principal
		tool, about string
		token, want string
	}{
		{"nonsense", ada, "delete_meeting_data", of(bot), "yes", "not a token that this server gave"},
		{"cut", ada, "delete_meeting_data", of(bot), fresh()[:40], "not a token that this server gave"},
		{"of another server", ada, "delete_meeting_data", of(bot), foreign, "not a token that this server gave"},
		{"altered at its head", ada, "delete_meeting_data", of(bot), spoilt(fresh(), 2), "not a token that this server gave"},
		{"later than it was", ada, "delete_meeting_data", of(bot), spoilt(fresh(), 17), "not a token that this server gave"},
		{"altered at its end", ada, "delete_meeting_data", of(bot), spoilt(fresh(), 45), "another tool or other arguments"},
		{"of another caller", bob, "delete_meeting_data", of(bot), fresh(), "was given to another caller"},
		{"for other arguments", ada, "delete_meeting_data", of(other), fresh(), "another tool or other arguments"},
		{"for more arguments", ada, "retranscribe_meeting", of(bot) + `,"speech_to_text":"Gladia"`, call(ada, "retranscribe_meeting", of(bot)).field("confirm"), "another tool or other arguments"},
		{"for another tool", ada, "retranscribe_meeting", of(bot), fresh(), "another tool or other arguments"},
	} {
		r := call(row.by, row.tool, row.about+`,"confirm":"`+row.token+`"`)
		if !r.isError || !strings.Contains(r.text, row.want) || !strings.Contains(r.text, "Call again without confirm") || deletions() > 0 {
			t.Errorf("%s: %d done, %s", row.name, deletions(), r.text)
		}
	}
	late, good := fresh(), fresh()
	a.sandbox.Advance(10*time.Minute - time.Second)
	// The same arguments in another spelling are the same call.
	if r := call(ada, "delete_meeting_data", `"bot_uuid":"`+bot+`","toolCallId":"2","confirm":" `+good+` "`); r.isError || deletions() != 1 {
		t.Errorf("%d done: %s", deletions(), r.text)
	}
	if r := call(ada, "delete_meeting_data", of(bot)+`,"confirm":"`+good+`"`); !r.isError || !strings.Contains(r.text, "used before") || deletions() != 1 {
		t.Errorf("once more: %d done, %s", deletions(), r.text)
	}
	a.sandbox.Advance(time.Second)
	if r := call(ada, "delete_meeting_data", of(bot)+`,"confirm":"`+late+`"`); !r.isError || !strings.Contains(r.text, "has expired") || deletions() != 1 {
		t.Errorf("late: %d done, %s", deletions(), r.text)
	}
	if r := call(ada, "delete_meeting_data", of(bot)+`,"confirm":"None"`); r.field("confirm") == "" {
		t.Errorf("None is taken for a token: %s", r.text)
	}
}

// A call that reports progress goes through a session of its own.
func TestConfirmWithProgress(t *testing.T) {
	t.Parallel()
	s := newAsking(t, "always")
	h := &host{mcp.ElicitationResponseActionAccept, make(chan string, 1)}
	a := s.dial("http", "2025-11-25", h)
	var req mcp.CallToolRequest
	req.Params.Name = "delete_meeting_data"
	req.Params.Arguments = map[string]any{"bot_id": a.meetingOf("weekly sync")}
	req.Params.Meta = &mcp.Meta{ProgressToken: "p"}
	got, err := a.CallTool(t.Context(), req)
	if err != nil || got.IsError || len(h.asked) != 1 || s.deletions() != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Each tool that destroys names what would be lost, and asks nothing about
// what is not there.
func TestQuestions(t *testing.T) {
	t.Parallel()
	s := newAsking(t, "auto")
	h := &host{mcp.ElicitationResponseActionDecline, make(chan string, 10)}
	a := s.dial("http", "2025-11-25", h)
	const access = `"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"`
	bot := a.meetingOf("weekly sync")
	calendar := a.ok("create_calendar", `{`+access+`}`).field("calendar_id")
	event := a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`).field("events.0.event_id")
	a.ok("schedule_recording", `{"event_id":"`+event+`","bot_name":"Ada"}`)
	named := a.ok("get_calendar_event", `{"event_id":"`+event+`"}`).field("name")
	zoom := a.ok("create_zoom_connection", `{"authorization_code":"a","redirect_uri":"https://example.com/cb","zoom_client_id":"i","zoom_client_secret":"s"}`).field("connection_id")
	asked := map[string]bool{}
	for _, row := range []struct{ tool, args, want string }{
		{"delete_meeting_data", `{"bot_id":"` + bot + `"}`, "Delete the recording and transcript of"},
		{"retranscribe_meeting", `{"bot_id":"` + bot + `"}`, "Replace the transcript of"},
		{"update_calendar", `{"calendar_id":"` + calendar + `",` + access + `}`, "Replace the credentials of the calendar"},
		{"delete_calendar", `{"calendar_id":"` + calendar + `"}`, "Its scheduled recordings are cancelled: 1."},
		{"unschedule_recording", `{"event_id":"` + event + `"}`, `Cancel the recording of "` + named + `" of `},
		{"unschedule_recording", `{"event_id":"` + event + `","all_occurrences":true}`, `whole series "` + named + `"`},
		{"delete_zoom_connection", `{"connection_id":"` + zoom + `"}`, "Delete the connection of the Zoom user"},
	} {
		asked[row.tool] = true
		if r := a.call(row.tool, row.args); !r.isError || !strings.Contains(r.text, "declined") {
			t.Fatalf("%s: %s", row.tool, r.text)
		}
		if q := <-h.asked; !strings.Contains(q, row.want) {
			t.Errorf("%s: asked %s", row.tool, q)
		}
	}
	for _, set := range tools.All(client.New("http://127.0.0.1:1", client.Secret{}, nil), tools.Policy{}) {
		for _, tool := range set.Tools {
			if tool.Effect == tools.Destroys && !asked[tool.Name] {
				t.Errorf("%s has no question here", tool.Name)
			}
		}
	}
	for _, args := range []string{`{"bot_id":"2d3ca6f0-0000-4000-8000-000000000000"}`, `{"bot_id":"latest"}`} {
		if r := a.call("delete_meeting_data", args); !r.isError || len(h.asked) > 0 {
			t.Errorf("%s: asked %d times: %s", args, len(h.asked), r.text)
		}
	}
}

// trip is one message of a client of 2026-07-28 that keeps its own states.
func (s *asking) trip(ctx context.Context, tool, args, state, action string) (text, next string) {
	s.t.Helper()
	answer := ""
	if action != "" {
		answer = `,"inputResponses":{"confirm":{"action":"` + action + `","content":{}}}`
	}
	if state != "" {
		answer += `,"requestState":"` + state + `"`
	}
	raw, err := json.Marshal(s.MCP().HandleMessage(ctx, json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+tool+`","arguments":`+args+answer+
		`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}}}}}`)))
	if err != nil {
		s.t.Fatal(err)
	}
	var got struct {
		Result struct {
			RequestState  string
			InputRequests map[string]struct{ Method string }
			Content       []struct{ Text string }
		}
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		s.t.Fatal(err)
	}
	if next = got.Result.RequestState; next != "" {
		if got.Result.InputRequests["confirm"].Method != "elicitation/create" {
			s.t.Errorf("asks %s", raw)
		}
		return "", next
	}
	if len(got.Result.Content) == 0 {
		s.t.Fatalf("answered %s", raw)
	}
	return got.Result.Content[0].Text, ""
}

func TestStates(t *testing.T) {
	t.Parallel()
	s := newAsking(t, "auto")
	a := s.dial("http", "2025-11-25", nil)
	bot, other := a.meetingOf("weekly sync"), a.meetingOf("Stackwren demo call")
	const tool = "delete_meeting_data"
	args := `{"bot_id":"` + bot + `"}`
	ctx := t.Context()
	stranger := client.WithKey(ctx, client.NewSecret(sandbox.OtherKey))
	elsewhere := s.MCP().WithContext(ctx, server.NewInProcessSession("elsewhere", nil))
	fresh := func() string {
		t.Helper()
		_, state := s.trip(ctx, tool, args, "", "")
		if state == "" {
			t.Fatal("nothing was asked")
		}
		return state
	}
	flipped := []byte(fresh())
	flipped[3] ^= 1
	for _, row := range []struct {
		name             string
		ctx              context.Context
		tool, args       string
		state, act, want string
	}{
		{"no state", ctx, tool, args, "", "accept", "not one that this server gave"},
		{"nonsense", ctx, tool, args, "e30", "accept", "not one that this server gave"},
		{"altered", ctx, tool, args, string(flipped), "accept", "not one that this server gave"},
		{"other server", ctx, tool, args, strings.Repeat("A", len(flipped)), "accept", "not one that this server gave"},
		{"other tool", ctx, "retranscribe_meeting", args, fresh(), "accept", "this tool, these arguments"},
		{"other arguments", ctx, tool, `{"bot_id":"` + other + `"}`, fresh(), "accept", "this tool, these arguments"},
		{"other key", stranger, tool, args, fresh(), "accept", "this caller"},
		{"other session", elsewhere, tool, args, fresh(), "accept", "this caller"},
		{"no answer", ctx, tool, args, fresh(), "", "answer is missing"},
		{"declined", ctx, tool, args, fresh(), "decline", "declined"},
		{"unknown action", ctx, tool, args, fresh(), "sure", "without an answer"},
	} {
		if text, _ := s.trip(row.ctx, row.tool, row.args, row.state, row.act); !strings.Contains(text, row.want) {
			t.Errorf("%s: %s", row.name, text)
		}
	}
	late := fresh()
	s.sandbox.Advance(10 * time.Minute)
	if text, _ := s.trip(ctx, tool, args, late, "accept"); !strings.Contains(text, "too late") {
		t.Errorf("expired: %s", text)
	}
	declined := fresh()
	s.trip(ctx, tool, args, declined, "decline")
	if text, _ := s.trip(ctx, tool, args, declined, "accept"); !strings.Contains(text, "used before") {
		t.Errorf("accepted after it was declined: %s", text)
	}
	if n := s.deletions(); n != 0 {
		t.Fatalf("%d deletions", n)
	}
	once := fresh()
	s.sandbox.Advance(9 * time.Minute)
	// The same arguments in another spelling are the same call.
	if text, _ := s.trip(ctx, tool, `{"bot_uuid": "`+bot+`"}`, once, "accept"); !strings.Contains(text, "are deleted") {
		t.Errorf("accepted: %s", text)
	}
	if text, _ := s.trip(ctx, tool, args, once, "accept"); !strings.Contains(text, "used before") || s.deletions() != 1 {
		t.Errorf("replayed, %d deletions: %s", s.deletions(), text)
	}
	if texts := []string{late, declined, once}; slices.ContainsFunc(texts, func(state string) bool { return strings.Contains(state, bot) }) {
		t.Error("a state shows its call")
	}
}
