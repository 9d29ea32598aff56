package sandbox

import (
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
)

func TestPast(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	page, err := c.Bots(t.Context(), client.BotQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Bots) < 6 {
		t.Fatalf("the account starts with %d bots, want at least 6", len(page.Bots))
	}
	_, other := open(t, Options{Seed: 7})
	again, err := other.Bots(t.Context(), client.BotQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for i, bot := range page.Bots {
		data := mustData(t, c, bot.UUID)
		if same := again.Bots[i]; same.UUID != bot.UUID || same.MeetingURL != bot.MeetingURL {
			t.Errorf("bot %d is %s at %s, and in another run %s at %s", i, bot.UUID, bot.MeetingURL, same.UUID, same.MeetingURL)
		}
		extra, _ := bot.Extra.(map[string]any)
		if got, want := sight(data), "joined, exited, ended, mp4, audio, recorded, words"; got != want || extra["title"] == "" || *bot.Duration == 0 || len(bot.Speakers) == 0 {
			t.Errorf("bot %d %+v: got %s, want %s and a title, duration and speakers", i, bot, got, want)
		}
		if age := s.Now().Sub(bot.CreatedAt.Time); age < 0 || age > 60*24*time.Hour || i > 0 && bot.CreatedAt.After(page.Bots[i-1].CreatedAt.Time) {
			t.Errorf("bot %d is of %v, want the last weeks, newest first", i, bot.CreatedAt)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s, c := open(t, Options{})
	past := 0
	for _, err := range c.AllBots(t.Context(), client.BotQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		past++
	}
	for _, in := range []struct {
		url, name string
		extra     string
	}{
		{"https://zoom.us/j/900000001", "Alpha", `{"team":"sales","rank":2,"title":"b"}`},
		{"https://zoom.us/j/900000002", "Beta", `{"team":"Sales","rank":1}`},
		{"https://meet.google.com/lis-tlis-tli", "Gamma alpha", `{"team":"sales","rank":10,"title":"a"}`},
		{"https://zoom.us/j/900000004", "Delta", "null"},
		{"https://zoom.us/my/rejected-by-host", "Epsilon", `{"team":"sales","rank":2,"title":"c"}`},
	} {
		join := transcribed(in.url)
		join.BotName, join.Extra = in.name, jsontext.Value(in.extra)
		mustJoin(t, c, join)
		s.Advance(time.Minute)
	}
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, row := range []struct {
		what  string
		query client.BotQuery
		want  []string
	}{
		{"name", client.BotQuery{BotName: "ALPHA"}, []string{"Gamma alpha", "Alpha"}},
		{"link", client.BotQuery{MeetingURL: "Meet.google.com/LIS"}, []string{"Gamma alpha"}},
		{"after, inclusive", client.BotQuery{CreatedAfter: at(3 * time.Minute)}, []string{"Epsilon", "Delta"}},
		{"before, inclusive", client.BotQuery{CreatedAfter: noon, CreatedBefore: at(time.Minute)}, []string{"Beta", "Alpha"}},
		{"ended, inclusive", client.BotQuery{BotName: "Epsilon", EndedAfter: at(4*time.Minute + untilWaiting + 22*time.Second)}, []string{"Epsilon"}},
		{"ended later", client.BotQuery{BotName: "Epsilon", EndedAfter: at(4*time.Minute + untilWaiting + 23*time.Second)}, nil},
		{"extra", client.BotQuery{FilterByExtra: "team:sales"}, []string{"Epsilon", "Gamma alpha", "Alpha"}},
		{"extra, all conditions", client.BotQuery{FilterByExtra: "team:sales,rank:2"}, []string{"Epsilon", "Alpha"}},
		{"sorted as text", client.BotQuery{CreatedAfter: noon, SortByExtra: "rank"}, []string{"Beta", "Gamma alpha", "Epsilon", "Alpha", "Delta"}},
		{"sorted down", client.BotQuery{FilterByExtra: "team:sales", SortByExtra: "title:desc"}, []string{"Epsilon", "Alpha", "Gamma alpha"}},
		{"short pages", client.BotQuery{Limit: 1, FilterByExtra: "team:Sales"}, []string{"Beta"}},
	} {
		var got []string
		for bot, err := range c.AllBots(t.Context(), row.query) {
			if err != nil {
				t.Fatalf("%s: %v", row.what, err)
			}
			got = append(got, bot.BotName)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.what, got, row.want)
		}
	}
	for _, limit := range []int{1, 3, 50} {
		seen := map[string]bool{}
		pages := 0
		for query := (client.BotQuery{Limit: limit}); ; pages++ {
			page, err := c.Bots(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			for _, bot := range page.Bots {
				seen[bot.UUID] = true
			}
			if query.Cursor = page.NextCursor; query.Cursor == "" {
				break
			}
		}
		if want := past + 5; len(seen) != want || pages > want/limit {
			t.Errorf("limit %d: %d bots on %d pages, want %d bots", limit, len(seen), pages+1, want)
		}
	}
	if page, err := c.Bots(t.Context(), client.BotQuery{Limit: 1, FilterByExtra: "team:Sales"}); err != nil || len(page.Bots) != 0 || page.NextCursor == "" {
		t.Errorf("a page with nothing that fits: %+v, %v, want it empty with a cursor", page, err)
	}
}
