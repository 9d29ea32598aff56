package library

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	a := opened(t, Memory).Tenant("a")
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	kept(t, a,
		Meeting{BotID: "plan", Title: "Planning für Zürich", MeetingURL: "https://meet.example.com/abc", Date: day(1), Turns: said(
			"Shall we talk about the garden shed first?",
			"The e-mail said it costs 25,000 francs, not 42.",
			"To be or not to be, that's the question.",
			"We don't need a database, a spreadsheet would do.",
			"The café wasn't open in Montréal.")},
		Meeting{BotID: "shed", Title: "Shed again", MeetingURL: "https://meet.example.com/def", Date: day(5), Turns: said(
			"The shed in the garden has a leaking roof.",
			"A garden without tools is no garden, and the shed is for tools.",
			"Kubernetes is what the roofer calls his dog.")},
		Meeting{BotID: "none", Title: "Silence", Turns: nil},
	)
	for _, c := range []struct {
		q    Query
		want string // the hits' meetings
		best int    // the best turn of the first
	}{
		{Query{Text: "What did they say about garden sheds?"}, "shed plan", 1},
		{Query{Text: "sheds"}, "shed plan", 0},
		{Query{Text: `"garden shed"`}, "plan", 0},
		{Query{Text: `“garden shed” first`}, "plan", 0},
		{Query{Text: `"shed in the garden"`}, "shed", 0},
		{Query{Text: `"to be or not to be"`}, "plan", 2},
		{Query{Text: `"we dont need"`}, "plan", 3},
		{Query{Text: `"shed the garden"`}, "", 0},
		{Query{Text: `garden -tool`}, "shed plan", 0},
		{Query{Text: `garden -tools -leaking`}, "plan", 0},
		{Query{Text: `garden -"a leaking roof" -tools`}, "plan", 0},
		{Query{Text: `shed -the`}, "", 0},
		{Query{Text: "email"}, "plan", 1},
		{Query{Text: "25.000"}, "plan", 1},
		{Query{Text: "42"}, "plan", 1},
		{Query{Text: "data-base"}, "plan", 3},
		{Query{Text: "MONTREAL"}, "plan", 4},
		{Query{Text: "cafés"}, "plan", 4},
		{Query{Text: "garden", Speaker: "ada"}, "shed plan", 0},
		{Query{Text: "garden", Speaker: "muller"}, "shed", 1},
		{Query{Text: "garden", Speaker: "田中"}, "", 0},
		{Query{Text: "garden", Meeting: "zurich"}, "plan", 0},
		{Query{Text: "garden", Meeting: "COM/DEF"}, "shed", 1},
		{Query{Text: "garden", After: day(2)}, "shed", 1},
		{Query{Text: "garden", After: day(1), Before: day(5)}, "plan", 0},
		{Query{Text: "garden", BotID: "plan"}, "plan", 0},
		{Query{Text: "garden", BotID: "none"}, "", 0},
		{Query{Text: "garden", BotID: "other"}, "", 0},
		{Query{Text: "garden", BotID: "plan", Speaker: "müller"}, "", 0},
		{Query{Text: "Jörg tools"}, "shed plan", 1},
		{Query{Text: "kubernetis"}, "shed", 2},
		{Query{Text: "planning"}, "plan", 0},
		{Query{Text: "planning Zürich: cafés"}, "plan", 4},
		{Query{Text: "shed again"}, "shed plan", 0},
		{Query{Text: "planning", BotID: "plan"}, "", 0},
	} {
		got := found(t, a, c.q)
		var meetings []string
		for _, h := range got.Hits {
			meetings = append(meetings, h.Meeting.BotID)
		}
		if strings.Join(meetings, " ") != c.want {
			t.Errorf("%+v: got %v, want %s", c.q, meetings, c.want)
			continue
		}
		if c.want != "" && ranked(got.Hits[:1])[0] != c.best {
			t.Errorf("%+v: got turn %d first, want %d", c.q, ranked(got.Hits[:1])[0], c.best)
		}
	}
}

func TestResultsSayWhatWasSearched(t *testing.T) {
	t.Parallel()
	a := opened(t, Memory).Tenant("a")
	for i := range 5 {
		kept(t, a, Meeting{BotID: fmt.Sprint(i), Date: time.Date(2026, 3, 1+i, 0, 0, 0, 0, time.UTC), Turns: said("Lindqvist sends the invoices.", "Which invoice?")})
	}
	got := found(t, a, Query{Text: "Lindkvist parachute"})
	if !slices.Equal(got.Unknown, []string{"lindkvist", "parachute"}) || !slices.Equal(got.Nearest["lindkvist"], []string{"lindqvist"}) ||
		!slices.Equal(got.Instead["lindkvist"], []string{"lindqvist"}) || len(got.Nearest["parachute"]) != 0 || len(got.Hits) != 5 {
		t.Errorf("an unknown name: got %+v", got)
	}
	if got.Searched != 5 || got.Turns != 10 || got.Oldest.Day() != 1 || got.Newest.Day() != 5 {
		t.Errorf("what was searched: got %+v", got)
	}
	got = found(t, a, Query{Text: "parachute", Before: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)})
	if len(got.Hits) != 0 || got.Searched != 2 || got.Turns != 4 || got.Newest.Day() != 2 {
		t.Errorf("nothing found: got %+v", got)
	}
	got = found(t, a, Query{Text: "invoice", Speaker: "Zoe"})
	if !slices.Equal(got.Speakers, []string{"Ada Byron", "Jörg Müller"}) || got.Searched != 0 {
		t.Errorf("a speaker whom nobody knows: got %+v", got)
	}
}

func TestQueriesThatAskNothing(t *testing.T) {
	t.Parallel()
	a := opened(t, Memory).Tenant("a")
	kept(t, a, Meeting{BotID: "1", Turns: said("Guten Tag, wir sprechen über das Angebot und die Rechnung.")})
	for query, want := range map[string]string{"": "empty", " ?! ": "empty", `""`: "empty", "what is it": "everybody says", "was ist das": "everybody says",
		"-budget": "only excludes", `-"the budget" -costs`: "only excludes"} {
		_, err := a.Search(context.Background(), Query{Text: query})
		var refused *QueryError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", query, err, want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	a := opened(t, Memory).Tenant("a")
	for i := range 10 {
		turns := said(slices.Repeat([]string{madeUp(i), "The parrot sings. " + madeUp(i+100), madeUp(i + 200), madeUp(i + 300), madeUp(i + 400), madeUp(i + 500)}, 6)...)
		kept(t, a, Meeting{BotID: fmt.Sprint(i), Turns: turns})
	}
	for _, q := range []Query{{Text: "parrots"}, {Text: "parrots", BotID: "3"}, {Text: `"the parrot sings"`}, {Text: "parrot", Speaker: "jörg"}} {
		q.Limit = 50
		all := found(t, a, q)
		count := map[string]int{}
		for _, h := range all.Hits {
			count[h.Meeting.BotID]++
			if q.BotID == "" && count[h.Meeting.BotID] > perMeeting {
				t.Errorf("%+v: more than %d hits of a meeting", q, perMeeting)
			}
		}
		if all.More || len(all.Hits) < 5 {
			t.Errorf("%+v: got %d hits, more: %v", q, len(all.Hits), all.More)
		}
		var paged []Hit
		for more := true; more; {
			q.Limit, q.Offset = 4, len(paged)
			page := found(t, a, q)
			paged, more = append(paged, page.Hits...), page.More
		}
		if !reflect.DeepEqual(paged, all.Hits) {
			t.Errorf("%+v: the pages are not the whole", q)
		}
	}
}

func TestHitsShowWhereTheyAre(t *testing.T) {
	t.Parallel()
	a := opened(t, Memory).Tenant("a")
	filler := strings.Repeat("We went on and on about nothing at all that day. ", 60)
	m := Meeting{BotID: "1", Turns: []transcript.Turn{
		{Index: 0, Speaker: "A", Start: 0, End: 600, Text: filler + "The volcano erupted at dawn. " + filler},
		{Index: 1, Speaker: "B", Start: 600, End: 601, Text: "Really?"},
	}}
	kept(t, a, m)
	hits := found(t, a, Query{Text: "volcanoes"}).Hits
	if len(hits) != 1 {
		t.Fatalf("got %+v", hits)
	}
	h := hits[0]
	if !strings.Contains(h.Text[0].Text, "volcano") || transcript.Words(h.Text) > 2*hitWords || !strings.Contains(m.Turns[0].Text, h.Text[0].Text) {
		t.Errorf("the text of a hit in a long turn: got %v", h.Text)
	}
	if h.Start < 200 || h.Start > 300 || h.End < 300 || h.End > 400 {
		t.Errorf("the times of a hit in a long turn: got %v to %v", h.Start, h.End)
	}
	kept(t, a, Meeting{BotID: "2", Turns: []transcript.Turn{
		{Index: 0, Speaker: "A", Text: "We sail from the north"},
		{Index: 1, Speaker: "A", Text: "harbour at noon."},
		{Index: 2, Speaker: "B", Text: "I thought from the south"},
		{Index: 3, Speaker: "A", Text: "harbour, indeed."},
	}})
	if hits := found(t, a, Query{Text: `"north harbour"`}).Hits; len(hits) != 1 || hits[0].First != 0 || !slices.Equal(hits[0].Speakers, []string{"A", "B"}) {
		t.Errorf("a phrase over two turns of one speaker: got %+v", hits)
	}
	if hits := found(t, a, Query{Text: `"south harbour"`}).Hits; len(hits) != 0 {
		t.Errorf("a phrase over two speakers: got %+v", hits)
	}
}

func TestPiecesAreTheWholeTurn(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "One.", strings.Repeat("word ", 1000), strings.Repeat("No stops here and there. ", 200),
		strings.Repeat("会議を始めます。", 300), strings.Repeat("ab", 4000), strings.Repeat("สวัสดี", 800), "  " + strings.Repeat("x ", 500) + " "} {
		at := 0
		for _, p := range pieces(text) {
			if p.from != at || p.to < p.from {
				t.Fatalf("%.20q: a piece from %d to %d, after %d", text, p.from, p.to, at)
			}
			if at = p.to; len(pieces(text)) > 1 && transcript.Words([]transcript.Turn{{Text: text[p.from:p.to]}}) > 2*unitWords {
				t.Errorf("%.20q: a piece of %d words", text, transcript.Words([]transcript.Turn{{Text: text[p.from:p.to]}}))
			}
		}
		if at != len(text) {
			t.Errorf("%.20q: the pieces end at %d of %d", text, at, len(text))
		}
	}
}
