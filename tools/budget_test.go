package tools_test

import (
	"encoding/json"
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
			{"search_transcripts", `{"query":"what will the budget be","limit":50,` + limit + `}`},
			{"search_transcripts", `{"query":"wohin mit dem Kalender","limit":50,` + limit + `}`},
			{"search_transcripts", `{"query":"試作品はどうでしたか","limit":50,` + limit + `}`},
			{"search_transcripts", `{"query":"a zeppelin over Brindlewick","bot_id":"` + bots[0] + `",` + limit + `}`},
			{"summarize_meeting", `{"bot_id":"` + longest + `","max_words":1000,"kind":"minutes",` + limit + `}`},
			{"verify_claims", `{"bot_id":"` + longest + `","claims":[` + strings.Repeat(`"Somebody said that the washer would be shut down over the whole summer",`, 20) + `"x"],` + limit + `}`},
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

// The smallest budget has room for one item of a list whatever it is called,
// so that no list ends half read.
func TestListsGoOnWithinTheSmallestBudget(t *testing.T) {
	const items = 4
	name, link := strings.Repeat("会議の長い名前", 20), "https://teams.microsoft.com/l/meetup-join/"+strings.Repeat("19%3ameeting_MzU5", 30)
	who := []any{}
	for range 60 {
		who = append(who, map[string]any{"email": strings.Repeat("ñandú.", 10) + "@example.com", "name": name})
	}
	var bots, events []any
	for i := range items {
		id := fmt.Sprintf("d60eb38d-dd6c-4884-a621-66692379ae%02d", i)
		bots = append(bots, map[string]any{"uuid": id, "id": 1, "bot_name": name, "meeting_url": link, "created_at": "2026-01-01T10:00:00.123456",
			"ended_at": "2026-01-01T11:00:00.123456", "duration": 3600, "speakers": []string{name, name + "2"}, "extra": map[string]any{"title": name, "more": link}})
		events = append(events, map[string]any{"uuid": id, "calendar_uuid": "d60eb38d-dd6c-4884-a621-66692379ae2f", "google_id": id, "name": name, "meeting_url": link, "start_time": "2026-01-01T10:00:00Z",
			"end_time": "2026-01-01T11:00:00Z", "last_updated_at": "2026-01-01T10:00:00.123456Z", "attendees": who, "is_organizer": true, "is_recurring": true,
			"recurring_event_id": id, "bot_param": map[string]any{"bot_name": name, "webhook_url": link}, "raw": map[string]any{"a": link}})
	}
	body, err := json.Marshal(map[string]any{"bots": bots, "data": events})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := answering(t, tools.Policy{}, 200, "application/json", string(body))
	for _, row := range []struct{ tool, args, items, id string }{
		{"list_bots", `{"max_tokens":500,"detail":"full","created_after":"90d","meeting_url":"teams.microsoft.com"}`, "bots", "bot_id"},
		{"list_calendar_events", `{"max_tokens":500,"detail":"full","status":"all","start_date_gte":"2026-01-01","calendar_id":"d60eb38d-dd6c-4884-a621-66692379ae2f"}`, "events", "event_id"},
	} {
		seen := map[string]bool{}
		for pages, args := 0, row.args; args != "" && pages < items; pages++ {
			r := a.ok(row.tool, args)
			list, _ := r.fields[row.items].([]any)
			for i := range list {
				seen[r.field(fmt.Sprintf("%s.%d.%s", row.items, i, row.id))] = true
			}
			if args = ""; r.field("next_cursor") != "" {
				args = `{"cursor":"` + r.field("next_cursor") + `"}`
			}
		}
		if len(seen) != items {
			t.Errorf("%s: got %d of %d over all pages", row.tool, len(seen), items)
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
