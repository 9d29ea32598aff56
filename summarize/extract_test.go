package summarize_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// begunBy is the meeting in which somebody speaks first.
func begunBy(t testing.TB, who string) []transcript.Turn {
	t.Helper()
	for _, turns := range meetings(t) {
		if turns[0].Speaker == who {
			return turns
		}
	}
	t.Fatalf("no meeting is begun by %s", who)
	return nil
}

var kinds = []summarize.Kind{summarize.Overview, summarize.ActionItems, summarize.Decisions, summarize.Minutes}

// extract checks what must be true of any extract, and returns it.
func extract(t testing.TB, r summarize.Request) summarize.Summary {
	t.Helper()
	s, err := summarize.Extract(t.Context(), r)
	if transcript.Words(r.Turns) == 0 {
		if !errors.Is(err, summarize.ErrNothingSaid) {
			t.Fatalf("nothing said: got %v", err)
		}
		return s
	}
	if err != nil {
		t.Fatal(err)
	}
	budget := r.MaxWords
	if budget == 0 {
		budget = 150
	}
	words := 0
	items := make([]summarize.Point, len(s.ActionItems))
	for i, item := range s.ActionItems {
		items[i] = item.Point
		if !strings.Contains(item.Evidence[0].Quote, item.Due) {
			t.Errorf("due %q is not in %q", item.Due, item.Evidence[0].Quote)
		}
		if item.Owner != "" && !slices.ContainsFunc(r.Turns, func(turn transcript.Turn) bool { return turn.Speaker == item.Owner }) {
			t.Errorf("owner %q does not speak", item.Owner)
		}
		if item.Status != summarize.Committed && item.Status != summarize.Tentative {
			t.Errorf("status %q", item.Status)
		}
	}
	for _, list := range [][]summarize.Point{s.Points, s.Decisions, items, s.OpenQuestions} {
		for i, p := range list {
			words += transcript.Words([]transcript.Turn{{Text: p.Text}})
			checkPoint(t, r.Turns, p)
			if i > 0 && place(r.Turns, p) < place(r.Turns, list[i-1]) {
				t.Errorf("%q comes before %q", list[i-1].Text, p.Text)
			}
		}
	}
	if words > budget {
		t.Errorf("%d words, at most %d are wanted", words, budget)
	}
	for _, note := range s.Notes { // whatever a guest says can only be quoted
		if note != summarize.CandidatesNote && note != summarize.UnheardNote {
			t.Errorf("note %q comes from nowhere", note)
		}
	}
	whole := s.Coverage.TurnsRead == len(r.Turns) && s.Coverage.Share == 1
	ordered := slices.ContainsFunc(s.Suspicious, func(s transcript.Suspicion) bool { return s.Kind != transcript.HiddenCharacters })
	if s.Points == nil || whole == ordered || s.Engine != summarize.EngineExtractive {
		t.Errorf("got points %v, coverage %+v, engine %s", s.Points, s.Coverage, s.Engine)
	}
	return s
}

// checkPoint holds a point against the transcript: its evidence stands there, and
// it says nothing that its evidence does not.
func checkPoint(t testing.TB, turns []transcript.Turn, p summarize.Point) {
	t.Helper()
	if len(p.Evidence) != 1 {
		t.Fatalf("%q has %d pieces of evidence, want one", p.Text, len(p.Evidence))
	}
	e := p.Evidence[0]
	turn := turns[place(turns, p)]
	if e.Quote == "" || !strings.Contains(turn.Text, e.Quote) || e.Speaker != turn.Speaker || e.Start != turn.Start {
		t.Errorf("%+v does not stand in %+v", e, turn)
	}
	rest := letters(e.Quote)
	for _, r := range letters(p.Text) {
		i := strings.IndexRune(rest, r)
		if i < 0 {
			t.Errorf("%q says more than %q", p.Text, e.Quote)
			return
		}
		rest = rest[i+utf8.RuneLen(r):]
	}
}

// letters are those of a text, with the numbers, in one case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, text)
}

func place(turns []transcript.Turn, p summarize.Point) int {
	return slices.IndexFunc(turns, func(turn transcript.Turn) bool { return turn.Index == p.Evidence[0].Turn })
}

func TestExtractAnyMeeting(t *testing.T) {
	t.Parallel()
	for name, turns := range meetings(t) {
		for _, kind := range kinds {
			for _, r := range []summarize.Request{
				{}, {MaxWords: 1000}, {Focus: "What was decided about the price? 価格", MaxWords: 30}, {Focus: turns[0].Speaker},
			} {
				r.Turns, r.Kind = turns, kind
				s := extract(t, r)
				if kind == summarize.Overview && len(s.Points) == 0 {
					t.Errorf("%s, %d words, focus %q: no points", name, r.MaxWords, r.Focus)
				}
			}
		}
	}
}

func TestExtractRepeats(t *testing.T) {
	t.Parallel()
	turns := begunBy(t, "Gwen Tarrant")
	for _, kind := range kinds {
		r := summarize.Request{Turns: turns, Kind: kind, Focus: "the price of the tags and the phone"}
		first := extract(t, r)
		for range 3 {
			again := extract(t, r)
			again.Usage.Seconds = first.Usage.Seconds
			if !reflect.DeepEqual(first, again) {
				t.Errorf("%s: got %+v, then %+v", kind, first, again)
			}
		}
	}
}

func TestExtractOddMeetings(t *testing.T) {
	t.Parallel()
	turn := func(i int, text string) transcript.Turn {
		return transcript.Turn{Index: i, Speaker: fmt.Sprint("Speaker ", i), Start: float64(i), Text: text}
	}
	var crowd []transcript.Turn
	for i := range 71 {
		crowd = append(crowd, turn(i, fmt.Sprintf("Member %d wants the petition about the harbour read, and will send it by Friday.", i)))
	}
	for name, turns := range map[string][]transcript.Turn{
		"nothing":         nil,
		"an empty turn":   {turn(0, "")},
		"emoji":           {turn(0, "👍 🎉🎉 😂")},
		"one word":        {turn(0, "Hello")},
		"short words":     {turn(0, "Yes."), turn(1, "No?"), turn(2, "Ok.")},
		"71 speakers":     crowd,
		"one huge turn":   {turn(0, strings.Repeat("We looked at the wheel, and the paddles are rotten. The axle is fine. ", 300))},
		"no marks at all": {turn(0, strings.Repeat("we looked at the wheel and the paddles are rotten but the axle is fine ", 300))},
		"one huge word":   {turn(0, strings.Repeat("a", 1<<16))},
		"huge words":      {turn(0, strings.Repeat(strings.Repeat("wheel", 100)+" ", 100))},
		"only marks":      {turn(0, strings.Repeat("!", 1<<16)+"x "+strings.Repeat(". ", 1<<14))},
		"no spaces":       {turn(0, strings.Repeat("車軸はまっすぐでしたが羽根板は泥のせいで腐っていました", 100))},
		"thai":            {turn(0, strings.Repeat("เพลาตรงดีแต่ใบพัดผุเพราะโคลน ", 200))},
		"right to left":   {turn(0, "سنرسل العقد إلى العميل يوم الاثنين. لم نقرر السعر بعد."), turn(1, "בסדר גמור, נשלח את החוזה ללקוח ביום שני.")},
		"broken text":     {turn(0, "We \xff\xfe looked \x00 at\u202e the wheel.\n\n\nIt \u200bis \x1b[31mrotten\x1b[0m, um, um.")},
		"far indices":     {turn(7, "We decided to keep the old wheel."), turn(1000, "I'll clear the pit by Friday.")},
		"no speaker":      {{Text: "I'll clear the wheel pit by Friday, I think."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range kinds {
				for _, r := range []summarize.Request{{}, {Focus: "wheel"}, {Focus: "the"}, {MaxWords: 30}, {MaxWords: 7}, {MaxWords: 1}} {
					r.Turns, r.Kind = turns, kind
					s := extract(t, r)
					if kind == summarize.Overview && r.MaxWords == 0 && transcript.Words(turns) > 1 && name != "huge words" && len(s.Points) == 0 {
						t.Errorf("focus %q: no points", r.Focus)
					}
				}
			}
		})
	}
}

// What somebody is told to do, who does it and by when is read off what is said.
func TestExtractActionItems(t *testing.T) {
	t.Parallel()
	turns := begunBy(t, "Priya Venn")
	s := extract(t, summarize.Request{Turns: turns, Kind: summarize.ActionItems})
	for _, want := range []struct{ text, owner, due string }{
		{"I'll ring him tomorrow, Tuesday, and get us the right account.", "Priya Venn", "tomorrow, Tuesday"},
		{"Tobias, error messages, Thursday.", "Tobias Harrow", "Thursday"},
		{"Marek, search timings, Monday.", "Marek Odell", "Monday"},
	} {
		if !slices.ContainsFunc(s.ActionItems, func(item summarize.ActionItem) bool {
			return item.Text == want.text && item.Owner == want.owner && item.Due == want.due && item.Status == summarize.Committed
		}) {
			t.Errorf("no %+v in %+v", want, s.ActionItems)
		}
	}
	if len(s.Points) != 0 || !slices.Contains(s.Notes, summarize.CandidatesNote) {
		t.Errorf("got points %v and notes %q; want only action items, called candidates", s.Points, s.Notes)
	}
}

// The check lets what is extracted pass, and tells what is only a maybe.
func TestExtractsStand(t *testing.T) {
	t.Parallel()
	engine := summarize.New(summarize.Options{})
	defer engine.Close()
	summary := func(r summarize.Request) summarize.Summary {
		s, err := engine.Summarize(t.Context(), r, summarize.EngineExtractive)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, turns := range meetings(t) {
		for _, kind := range kinds {
			s := summary(summarize.Request{Turns: turns, Kind: kind, MaxWords: 300})
			n := len(s.Points) + len(s.Decisions) + len(s.ActionItems) + len(s.OpenQuestions)
			if len(s.Unverified) > (n+len(s.Unverified))/20 { // a decision may turn out to be hedged
				t.Errorf("%s, %s: %d stand, and %+v do not", name, kind, n, s.Unverified)
			}
		}
	}
	for language, text := range map[string]string{
		"en": "Maybe I could do the slides for the board next Tuesday.",
		"de": "Vielleicht könnte ich am Montag mit dem Lieferanten sprechen.",
		"fr": "Je vais peut-être refaire la présentation d'ici vendredi.",
		"es": "A lo mejor yo me encargo del informe mañana.",
		"pt": "Talvez eu mande, quer dizer, eu mando a planilha até sexta.",
		"it": "Forse me ne occupo io entro venerdì.",
		"nl": "Misschien kan ik volgende week de offerte maken.",
		"ja": "できれば来週の月曜までに資料を送ります。",
	} {
		s := summary(summarize.Request{Turns: []transcript.Turn{{Speaker: "Ada Vogel", Lang: language, Text: text}}, Kind: summarize.ActionItems})
		if len(s.ActionItems) != 1 || s.ActionItems[0].Status != summarize.Tentative || s.ActionItems[0].Owner != "Ada Vogel" {
			t.Errorf("%s: got %+v, want one tentative item of Ada's", text, s)
		}
	}
}

func TestExtractFocus(t *testing.T) {
	t.Parallel()
	turns := begunBy(t, "Priya Venn")
	s := extract(t, summarize.Request{Turns: turns, Focus: "Why is the barcode import blocked?", MaxWords: 60})
	for _, p := range s.Points {
		if turn := p.Evidence[0].Turn; turn < 14 || turn > 24 {
			t.Errorf("turn %d is not about the import: %s", turn, p.Text)
		}
	}
	general := extract(t, summarize.Request{Turns: turns, MaxWords: 60})
	lost := extract(t, summarize.Request{Turns: turns, Focus: "zeppelins", MaxWords: 60})
	if !reflect.DeepEqual(lost.Points, general.Points) || !slices.Contains(lost.Notes, summarize.UnheardNote) {
		t.Errorf("a focus of which nothing was said: got %v, %q; want the general points and a note", lost.Points, lost.Notes)
	}
	if len(s.Notes) != 0 || len(general.Notes) != 0 {
		t.Errorf("got notes %q, %q; want none", s.Notes, general.Notes)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add("Ada: I'll send it by Friday.\nBen: um, we we decided to, to wait… maybe", "it", 60, 3)
	f.Add("田中: 十月八日までに送ります。\n: 👍", "何", 30, 1)
	f.Add("A: Mr. X. said no no no\nB: \u202e!!!\xff", "\"", 0, 2)
	f.Fuzz(func(t *testing.T, text, focus string, words, kind int) {
		if len(text) > 1<<14 {
			return
		}
		var turns []transcript.Turn
		for line := range strings.Lines(text) {
			who, said, found := strings.Cut(line, ": ")
			if !found {
				who, said = "", line
			}
			turns = append(turns, transcript.Turn{Index: 2 * len(turns), Speaker: who, Text: said})
		}
		extract(t, summarize.Request{Turns: turns, Focus: focus, MaxWords: max(words, 0) % 2000, Kind: kinds[max(kind, 0)%len(kinds)]})
	})
}
