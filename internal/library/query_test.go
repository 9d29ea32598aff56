package library

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]question{
		`plain words`:               {plain: "plain words"},
		`a "Quoted, Phrase" b`:      {plain: "a   b", phrases: []string{" quoted phrase "}, quoted: []string{"quoted, phrase"}},
		`„So nicht“ «ça va»`:        {plain: "   ", phrases: []string{" so nicht ", " ca va "}, quoted: []string{"so nicht", "ça va"}},
		`「会議」`:                      {plain: " ", phrases: []string{" 会 議 "}, quoted: []string{"会議"}},
		`-out in -"two words"`:      {plain: "  in  ", without: []string{" out ", " two words "}},
		`well-known -follow-up - x`: {plain: "well-known   - x", without: []string{" follow up "}},
		`it's "an open quote`:       {plain: `it's "an open quote`},
		`Ｆｕｌｌ　ｗｉｄｔｈ "" -"" -!`:      {plain: "full width     -!"},
	} {
		if got := parse(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"Summarize the discussion about the budgets of the marketing group": "budget market",
		"summarize the whole meeting":                                       "summar whole meet",
		"Anna's e-mails":                                                    "anna mail email",
		"budget budget":                                                     "budget",
		"3.5 1,000 2024-25 Q3":                                              "3.5 1000 2024 25 202425 q3",
		"会":                                                                 "会",
		"予算はどうなりましたか":                                                       "予算 算は",
	} {
		q := parse(query)
		if err := q.prepare([]string{"en"}); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		var got []string
		for _, term := range q.terms {
			got = append(got, strings.Join(term.stems, "|"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %s, want %s", query, strings.Join(got, " "), want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	words := strings.Fields("battery water better bakery schedule kubernet katherin fonetik 42 invoice invoic")
	for word, want := range map[string]string{"batery": "battery", "catherin": "katherin", "phonetik": "fonetik", "43": "", "xylophon": "", "shedule": "schedule"} {
		best, same := nearest(word, words)
		if got := strings.Join(best[:same], " "); got != want {
			t.Errorf("%s: got %s of %v, want %s", word, got, best, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"会議", "会社", 1}} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("edits(%s, %s): got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func FuzzSearch(f *testing.F) {
	a := opened(f, Memory).Tenant("a")
	kept(f, a, Meeting{BotID: "1", Turns: said("The quick brown fox.", "Die schnelle Füchsin über 42 Zäune.", "会議は午後三時からです。", "الاجتماع غدا")})
	for _, seed := range []string{`"quick brown" -fox`, "会議", "「午後」 -三", "-", `"`, `-"`, "a-b-c'd", "الاجتماع", "ก่", "\xff\xfe", "1,2.3", "ﬁ ß İ", "Gartenzäune", "Zaungarten ist", "重量"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := parse(text)
		for _, phrase := range append(q.phrases, q.without...) {
			if !strings.HasPrefix(phrase, " ") || !strings.HasSuffix(phrase, " ") || len(strings.Fields(phrase)) == 0 {
				t.Errorf("%q: the phrase %q", text, phrase)
			}
		}
		for _, bot := range []string{"", "1"} {
			r, err := a.Search(context.Background(), Query{Text: text, BotID: bot})
			var refused *QueryError
			if err != nil && !errors.As(err, &refused) {
				t.Errorf("%q: %v", text, err)
			}
			for _, word := range r.Unknown {
				if utf8.ValidString(text) && !utf8.ValidString(word) {
					t.Errorf("%q: the word %q", text, word)
				}
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	turns := said("One thing.", "会議")
	packed, err := packTurns(turns)
	if err != nil {
		f.Fatal(err)
	}
	index, err := analyse("A title", turns).pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(index)
	f.Fuzz(func(t *testing.T, data []byte) {
		if turns, _, err := unpackTurns(data); err == nil {
			again, err := packTurns(turns)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := unpackTurns(again); err != nil {
				t.Errorf("packed again: %v", err)
			}
		}
		if ix, _, err := unpackIndex(data); err == nil && len(ix.terms) != len(ix.words) {
			t.Error("terms without words")
		}
	})
}
