package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/summarize"
	"github.com/meetmcp/meetmcp/summarize/standin"
	"github.com/meetmcp/meetmcp/tools"
)

// standIn starts a model, and an engine that uses it.
func standIn(t testing.TB, o standin.Options, with summarize.Options) (*standin.Server, *summarize.Engine) {
	t.Helper()
	s, err := standin.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	with.Model, with.BaseURL = "stand-in", s.URL()
	e := summarize.New(with)
	t.Cleanup(func() {
		e.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, e
}

// fields unpacks a structured form.
func fields[T any](t testing.TB, r result) (out T) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.json), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

type summary struct {
	BotID         string `json:"bot_id"`
	Engine        string `json:"engine"`
	Model         string `json:"model"`
	Reason        string `json:"reason"`
	Points        []point
	Decisions     []point
	ActionItems   []point `json:"action_items"`
	OpenQuestions []point `json:"open_questions"`
	Unverified    []struct{ Text, Why string }
	Usage         struct{ Calls int }
	Cached        bool
	State         string
	Progress      string
	RetryAfter    int    `json:"retry_after_s"`
	NextCursor    string `json:"next_cursor"`
}

type point struct {
	Text     string
	Evidence []struct {
		Quote, Speaker string
		Start          float64 `json:"start_time"`
		Turn           int
	}
}

func TestSummarizeMeeting(t *testing.T) {
	t.Parallel()
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	a := newAgent(t, tools.Policy{Summaries: engine})
	weekly := a.meetingOf("weekly sync")

	r := a.ok("summarize_meeting", `{"bot_id":"latest"}`)
	s := fields[summary](t, r)
	if s.BotID != weekly || s.Engine != "model" || s.Model != "stand-in" || len(s.Points) == 0 || s.Cached || s.Usage.Calls != 1 ||
		!strings.HasPrefix(r.text, "bot_id "+weekly+` · "Orchard app weekly sync" · 20`) {
		t.Errorf("got %s\n%s", r.json, r.text)
	}
	for _, p := range s.Points {
		e := p.Evidence[0]
		turn := a.ok("get_transcript", fmt.Sprintf(`{"bot_id":%q,"format":"json","turns":"%d"}`, weekly, e.Turn))
		if !strings.Contains(turn.field("turns.0.text"), e.Quote) || turn.field("turns.0.speaker") != e.Speaker || !strings.Contains(r.text, e.Speaker+"] ") {
			t.Errorf("%+v is not as in %s", p, turn.json)
		}
	}
	again := fields[summary](t, a.ok("summarize_meeting", `{"bot_id":"`+weekly+`"}`))
	if !again.Cached || len(model.Requests()) != 1 || len(again.Points) != len(s.Points) {
		t.Errorf("again: cached %v, %d requests", again.Cached, len(model.Requests()))
	}
	offline := a.ok("summarize_meeting", `{"bot_id":"latest","engine":"extractive","max_words":60,"focus":"dishwasher"}`)
	if s := fields[summary](t, offline); s.Engine != "extractive" || s.Cached || len(model.Requests()) != 1 || !strings.Contains(offline.text, "verify_claims") {
		t.Errorf("offline: %s", offline.json)
	}
	for args, note := range map[string]string{
		`"focus":"zeppelins"`:                                  "No word of the focus was said",
		`"kind":"action_items"`:                                "they are candidates",
		`"kind":"action_items","focus":"dishwasher and piano"`: "they are candidates",
	} {
		for range 2 { // made, and kept
			if r := a.ok("summarize_meeting", `{"bot_id":"latest","engine":"extractive",`+args+`}`); !strings.Contains(r.text, note) || !strings.Contains(r.json, note) {
				t.Errorf("%s: no %q in\n%s\n%s", args, note, r.text, r.json)
			}
		}
	}
	for _, row := range []struct{ args, want string }{
		{`{"bot_id":"latest","kind":"haiku"}`, "Valid: overview, action_items, decisions, minutes"},
		{`{"bot_id":"latest","engine":"gpt"}`, "Valid: auto, model, extractive"},
		{`{"bot_id":"latest","max_words":5}`, "from 30 to 1000"},
		{`{"bot_id":"latest","topic":"x"}`, `Unknown argument "topic"`},
		{`{"bot_id":"nope"}`, "no such id"},
	} {
		if r := a.call("summarize_meeting", row.args); !r.isError || !strings.Contains(r.text, row.want) {
			t.Errorf("%s: %s", row.args, r.text)
		}
	}
	bot := a.ok("join_meeting", `{`+meet+`}`).field("bot_id")
	if r := a.call("summarize_meeting", `{"bot_id":"`+bot+`"}`); !r.isError || !strings.Contains(r.text, "has no transcript") || !strings.Contains(r.text, "wait_for_meeting") {
		t.Errorf("not over yet: %s", r.text)
	}
	none := newAgent(t, tools.Policy{})
	if r := none.call("summarize_meeting", `{"bot_id":"latest","engine":"model"}`); !r.isError || !strings.Contains(r.text, "--summarize-model") {
		t.Errorf("no model: %s", r.text)
	}
	if s := fields[summary](t, none.ok("summarize_meeting", `{"bot_id":"latest"}`)); s.Engine != "extractive" || s.Reason != "" {
		t.Errorf("no model: %+v", s)
	}
}

// meter lists what was counted of summaries, and whether the model read and wrote.
type meter struct{ summaries []string }

func (*meter) LookedUp(bool) {}

func (m *meter) Summarized(engine, outcome string, in, out int) {
	m.summaries = append(m.summaries, fmt.Sprint(engine, " ", outcome, " ", in > 0, " ", out > 0))
}

// A model that cannot be used is named in the result, and asked again next time.
func TestSummaryFallsBack(t *testing.T) {
	t.Parallel()
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	meter := &meter{}
	a := newAgent(t, tools.Policy{Summaries: engine, Meter: meter})
	model.Next(standin.Fault{Kind: standin.Unauthorized}, standin.Fault{Kind: standin.Unauthorized})
	r := a.ok("summarize_meeting", `{"bot_id":"latest"}`)
	if s := fields[summary](t, r); s.Engine != "extractive" || !strings.Contains(s.Reason, "OPENAI_API_KEY (401)") || !strings.Contains(r.text, "OPENAI_API_KEY (401)") {
		t.Errorf("got %s", r.text)
	}
	if r := a.call("summarize_meeting", `{"bot_id":"latest","engine":"model"}`); !r.isError || !strings.Contains(r.text, "401") {
		t.Errorf("got %s", r.text)
	}
	a.sandbox.Advance(11 * time.Minute)
	if s := fields[summary](t, a.ok("summarize_meeting", `{"bot_id":"latest"}`)); s.Engine != "model" || s.Cached {
		t.Errorf("later: %+v", s)
	}
	if want := []string{"extractive fallback false false", "model error false false", "model ok true true"}; !slices.Equal(meter.summaries, want) {
		t.Errorf("counted %q, want %q", meter.summaries, want)
	}
}

// 50 equal calls at once make one set of requests, whoever gives up.
func TestEqualSummaries(t *testing.T) {
	t.Parallel()
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	a := newAgent(t, tools.Policy{Summaries: engine})
	a.ok("search_transcripts", dishwasher)
	model.Next(standin.Fault{Kind: standin.Held})
	var group sync.WaitGroup
	leaving, leave := context.WithCancel(t.Context())
	answers := make(chan string, 50)
	ask := func(ctx context.Context) {
		var req mcp.CallToolRequest
		req.Params.Name, req.Params.Arguments = "summarize_meeting", json.RawMessage(`{"bot_id":"latest"}`)
		if answer, err := a.CallTool(ctx, req); err == nil && !answer.IsError {
			answers <- answer.Content[0].(mcp.TextContent).Text
		}
	}
	group.Go(func() { ask(t.Context()) })
	if err := model.Flying(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	group.Go(func() { ask(leaving) })
	for range 48 {
		group.Go(func() { ask(t.Context()) })
	}
	leave()
	model.Release()
	group.Wait()
	close(answers)
	n := 0
	for text := range answers {
		if n++; !strings.Contains(text, "engine model") {
			t.Errorf("got %s", text)
		}
	}
	if n < 49 || len(model.Requests()) != 1 {
		t.Errorf("%d answers, %d requests", n, len(model.Requests()))
	}
}

// No key takes all of the model.
func TestSummariesAtOnce(t *testing.T) {
	t.Parallel()
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	a := newAgent(t, tools.Policy{Summaries: engine})
	args := func(n int) string { return fmt.Sprintf(`{"bot_id":"latest","max_words":%d}`, 100+n) }
	var group sync.WaitGroup
	for n := range 4 {
		model.Next(standin.Fault{Kind: standin.Held})
		group.Go(func() {
			if r := a.call("summarize_meeting", args(n)); r.isError {
				t.Errorf("got %s", r.text)
			}
		})
	}
	if err := model.Flying(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	if r := a.call("summarize_meeting", args(4)); !r.isError || !strings.Contains(r.text, "makes 4 summaries for this key already") {
		t.Errorf("the fifth: %s", r.text)
	}
	a.ok("summarize_meeting", `{"bot_id":"latest","engine":"extractive"}`)
	model.Release()
	group.Wait()
	a.ok("summarize_meeting", args(4))
}

// A call that is cancelled takes its requests with it.
func TestSummaryCancelled(t *testing.T) {
	t.Parallel()
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	a := newAgent(t, tools.Policy{Summaries: engine})
	model.Next(standin.Fault{Kind: standin.Held})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var req mcp.CallToolRequest
		req.Params.Name, req.Params.Arguments = "summarize_meeting", json.RawMessage(`{"bot_id":"latest"}`)
		if answer, err := a.CallTool(ctx, req); err == nil && !answer.IsError {
			t.Errorf("got %+v", answer)
		}
	}()
	if err := model.Flying(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-ended
	if err := model.Flying(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if s := fields[summary](t, a.ok("summarize_meeting", `{"bot_id":"latest"}`)); s.Engine != "model" || s.Cached {
		t.Errorf("afterwards: %+v", s)
	}
}

// A summary that takes longer than a call may goes on, and the same call joins it.
func TestSummaryRunning(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{Context: 4000})
		over := make(chan time.Time, 1)
		p := tools.Policy{Summaries: engine, CallLimit: 50 * time.Second, After: func(time.Duration) <-chan time.Time { return over }}
		if off {
			p.Library = func() (*library.Library, error) { return nil, nil }
		}
		a := newAgent(t, p)
		long := `{"bot_id":"` + a.meetingOf(hour) + `"}`
		held := standin.Fault{Kind: standin.Held}
		model.Next(held, held, held, held)
		first := make(chan result)
		go func() { first <- a.call("summarize_meeting", long) }()
		if err := model.Flying(t.Context(), 4); err != nil {
			t.Fatal(err)
		}
		over <- time.Time{}
		r := <-first
		s := fields[summary](t, r)
		if s.State != "running" || s.RetryAfter == 0 || !strings.Contains(r.text, "State running") || !strings.Contains(r.text, "retry_after_s") {
			t.Errorf("got %s", r.text)
		}
		model.Release()
		s = fields[summary](t, a.ok("summarize_meeting", long))
		requests := len(model.Requests())
		if s.State != "" || s.Engine != "model" || len(s.Points) == 0 {
			t.Errorf("joined: %+v", s)
		}
		if s := fields[summary](t, a.ok("summarize_meeting", long)); !s.Cached || len(model.Requests()) != requests {
			t.Errorf("once more: cached %v, %d requests after %d", s.Cached, len(model.Requests()), requests)
		}
	}
}

// With the meeting's data its summaries go, also those that are being made.
func TestSummariesAreDeleted(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		for _, with := range []string{"delete_meeting_data", "retranscribe_meeting"} {
			model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
			p := tools.Policy{Summaries: engine}
			if off {
				p.Library = func() (*library.Library, error) { return nil, nil }
			}
			a := newAgent(t, p)
			weekly := `{"bot_id":"` + a.meetingOf("weekly sync") + `"}`
			a.ok("summarize_meeting", weekly)
			model.Next(standin.Fault{Kind: standin.Held})
			ended := make(chan result)
			go func() { ended <- a.call("summarize_meeting", strings.Replace(weekly, "}", `,"max_words":60}`, 1)) }()
			if err := model.Flying(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			a.ok(with, weekly)
			if r := <-ended; !r.isError || !strings.Contains(r.text, "deleted or replaced") {
				t.Errorf("%s: it went on: %s", with, r.text)
			}
			if r := a.call("summarize_meeting", weekly); with == "delete_meeting_data" && !r.isError || strings.Contains(r.json, `"cached":true`) {
				t.Errorf("%s: %s", with, r.text)
			}
		}
	}
}

// A summary that does not fit is behind a cursor, and costs nothing again.
func TestSummaryPages(t *testing.T) {
	t.Parallel()
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	a := newAgent(t, tools.Policy{Summaries: engine})
	id := a.meetingOf(hour)
	whole := fields[summary](t, a.ok("summarize_meeting", `{"bot_id":"`+id+`","max_words":400,"kind":"minutes"}`))
	requests := len(model.Requests())
	args := `{"bot_id":"` + id + `","max_words":400,"kind":"minutes","max_tokens":700}`
	points, pages := 0, 0
	for args != "" {
		pages++
		page := fields[summary](t, a.ok("summarize_meeting", args))
		points += len(page.Points) + len(page.Decisions) + len(page.ActionItems) + len(page.OpenQuestions) + len(page.Unverified)
		args = ""
		if page.NextCursor != "" {
			args = `{"cursor":"` + page.NextCursor + `"}`
		}
	}
	all := len(whole.Points) + len(whole.Decisions) + len(whole.ActionItems) + len(whole.OpenQuestions) + len(whole.Unverified)
	if pages < 2 || points != all || len(model.Requests()) != requests {
		t.Errorf("%d items on %d pages, want %d; %d requests after %d", points, pages, all, len(model.Requests()), requests)
	}
}

// Two keys with one library share no summary.
func TestSummariesOfTwoKeys(t *testing.T) {
	t.Parallel()
	l := keep(t, library.Bounds{})
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	model, engine := standIn(t, standin.Options{Model: standin.Extractive}, summarize.Options{})
	p := tools.Policy{Summaries: engine, Library: func() (*library.Library, error) { return l, nil }, Now: s.Now}
	one, other := newAgentWith(t, p, s.URL(), sandbox.Key), newAgentWith(t, p, s.URL(), "sandbox-2")
	id := one.meetingOf("weekly sync")
	one.ok("summarize_meeting", `{"bot_id":"`+id+`"}`)
	if r := other.call("summarize_meeting", `{"bot_id":"`+id+`"}`); !r.isError || len(model.Requests()) != 1 {
		t.Errorf("another's meeting: %s", r.text)
	}
	restarted := newAgentWith(t, p, s.URL(), sandbox.Key)
	if s := fields[summary](t, restarted.ok("summarize_meeting", `{"bot_id":"`+id+`"}`)); !s.Cached || len(model.Requests()) != 1 {
		t.Errorf("after a restart: %+v", s)
	}
}

// BenchmarkSummaryCached times a summary that was made before, whole calls.
func BenchmarkSummaryCached(b *testing.B) {
	_, engine := standIn(b, standin.Options{Model: standin.Extractive}, summarize.Options{})
	l := keep(b, library.Bounds{})
	a := newAgent(b, tools.Policy{Summaries: engine, Library: func() (*library.Library, error) { return l, nil }})
	args := `{"bot_id":"` + a.meetingOf(hour) + `"}`
	a.ok("summarize_meeting", args)
	b.Run("in memory", func(b *testing.B) {
		for b.Loop() {
			a.ok("summarize_meeting", args)
		}
	})
	b.Run("in the library", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			restarted := newAgentWith(b, tools.Policy{Summaries: engine, Library: func() (*library.Library, error) { return l, nil }, Now: a.sandbox.Now}, a.sandbox.URL(), sandbox.Key)
			restarted.ok("get_transcript", args)
			b.StartTimer()
			restarted.ok("summarize_meeting", args)
		}
	})
}
