package tools_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tiktoken-go/tokenizer"

	"github.com/meetmcp/meetmcp/tools"
)

// No result exceeds max_tokens, by a real tokenizer, in either form, and pages
// lose nothing.
func TestResultsStayWithinTheirBudget(t *testing.T) {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	a := newAgent(t, tools.Policy{Sandbox: true, SpeechToText: "default"})
	calendar := a.ok("create_calendar", `{"platform":"Google","oauth_client_id":"c","oauth_client_secret":"s","oauth_refresh_token":"r"}`).field("calendar_id")
	event := a.ok("list_calendar_events", `{"calendar_id":"`+calendar+`"}`).field("events.0.event_id")
	a.sandbox.Advance(time.Hour)
	within := func(r result, budget int, call string) {
		t.Helper()
		for form, text := range map[string]string{"text": r.text, "structured": r.json} {
			n, err := codec.Count(text)
			if err != nil {
				t.Fatal(err)
			}
			if n > budget {
				t.Errorf("%s: the %s form has %d tokens, more than %d", call, form, n, budget)
			}
		}
	}
	var bots []string
	longest := a.ok("list_bots", `{"filter_by_extra":"title:Brindlewick Returns – planning the second quarter"}`).field("bots.0.bot_id")
	for i := range 8 {
		bots = append(bots, a.ok("list_bots", `{}`).field(fmt.Sprintf("bots.%d.bot_id", i)))
	}
	for _, budget := range []int{500, 1000, 6000, 20000} {
		limit := fmt.Sprintf(`"max_tokens":%d`, budget)
		for _, c := range [][2]string{
			{"list_bots", `{"limit":50,` + limit + `}`},
			{"list_calendar_events", `{"calendar_id":"` + calendar + `","status":"all",` + limit + `}`},
			{"list_calendar_events", `{"calendar_id":"` + calendar + `","status":"all","detail":"full",` + limit + `}`},
			{"get_calendar_event", `{"event_id":"` + event + `",` + limit + `}`},
			{"get_screenshots", `{"bot_id":"` + bots[0] + `",` + limit + `}`},
		} {
			within(a.ok(c[0], c[1]), budget, c[0]+c[1])
		}
		for _, bot := range bots {
			if budget == 500 && bot == longest {
				continue // some 60 pages, which show nothing that the next budget does not
			}
			args := `{"bot_id":"` + bot + `","include_transcripts":true,` + limit + `}`
			turns := -1
			for pages := 1; ; pages++ {
				r := a.ok("get_meeting_data", args)
				within(r, budget, "get_meeting_data "+args)
				speech, _ := r.fields["speech"].(map[string]any)
				first, last := int(speech["first_turn"].(float64)), int(speech["last_turn"].(float64))
				if first != turns+1 && first != turns {
					t.Fatalf("%s: page %d begins with turn %d after turn %d", bot, pages, first, turns)
				}
				turns = last
				next := r.field("speech.next_cursor")
				if next == "" {
					total, _ := r.fields["transcript"].(map[string]any)
					if int(total["turns"].(float64)) != turns+1 {
						t.Errorf("%s: read up to turn %d of %v", bot, turns, total["turns"])
					}
					break
				}
				if !strings.Contains(r.text, next) {
					t.Errorf("%s: the cursor is not in the text", bot)
				}
				args = `{"cursor":"` + next + `"}`
			}
		}
	}
}

// A cursor needs no other argument, and refuses contradicting ones.
func TestCursors(t *testing.T) {
	a := newAgent(t, tools.Policy{})
	first := a.ok("list_bots", `{"limit":3,"created_after":"90d"}`)
	next := first.field("next_cursor")
	var seen []string
	for i := range 3 {
		seen = append(seen, first.field(fmt.Sprintf("bots.%d.bot_id", i)))
	}
	a.sandbox.Advance(time.Hour)
	for range 10 {
		r := a.ok("list_bots", `{"cursor":"`+next+`","max_tokens":600}`)
		list, _ := r.fields["bots"].([]any)
		for i := range list {
			seen = append(seen, r.field(fmt.Sprintf("bots.%d.bot_id", i)))
		}
		if next = r.field("next_cursor"); next == "" {
			break
		}
	}
	unique := map[string]bool{}
	for _, id := range seen {
		unique[id] = true
	}
	if len(seen) != 8 || len(unique) != 8 {
		t.Errorf("got %d bots over all pages, %d different, want 8: %v", len(seen), len(unique), seen)
	}
	cursor := first.field("next_cursor")
	for _, row := range []struct{ tool, args, want string }{
		{"list_bots", `{"cursor":"` + cursor + `","limit":3}`, ""},
		{"list_bots", `{"cursor":"` + cursor + `","limit":4}`, "limit differs from the page before"},
		{"list_bots", `{"cursor":"` + cursor + `","bot_name":"x"}`, "bot_name was not given on the page before"},
		{"list_calendar_events", `{"calendar_id":"c","cursor":"` + cursor + `"}`, `for this tool`},
		{"list_bots", `{"cursor":"` + cursor[:20] + `"}`, "Copy it whole"},
	} {
		r := a.call(row.tool, row.args)
		if row.want == "" && r.isError || row.want != "" && !strings.Contains(r.text, row.want) {
			t.Errorf("%s %s: %s", row.tool, row.args, r.text)
		}
	}
}
