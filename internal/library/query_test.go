package library

import (
	"context"
	"errors"
	"math/rand/v2"
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
		best, same, err := nearest(t.Context(), word, words)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(best[:same], " "); got != want {
			t.Errorf("%s: got %s of %v, want %s", word, got, best, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"会議", "会社", 1}} {
		if p := patternOf(c.a); p.edits(c.b) != c.want {
			t.Errorf("edits(%s, %s): got %d, want %d", c.a, c.b, p.edits(c.b), c.want)
		}
	}
}

// TestEdits compares the bits with the table that they stand for.
func TestEdits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var out strings.Builder
		for n := r.IntN(9) * (1 + r.IntN(7)); n > 0; n-- {
			out.WriteRune([]rune("abcéß会")[r.IntN(6)])
		}
		return out.String()
	}
	for range 5000 {
		a, b := word(), word()
		if p := patternOf(a); p.edits(b) != edits(a, b) {
			t.Fatalf("%s, %s: got %d, want %d", a, b, p.edits(b), edits(a, b))
		}
	}
}

// edits is how many letters are to be changed, left out, added or swapped with
// their neighbour to make b of a.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	table := make([][]int, len(x)+1)
	for i := range table {
		table[i] = make([]int, len(y)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
			case x[i-1] == y[j-1]:
				table[i][j] = table[i-1][j-1]
			default:
				table[i][j] = 1 + min(table[i-1][j-1], table[i-1][j], table[i][j-1])
				if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
					table[i][j] = min(table[i][j], table[i-2][j-2]+1)
				}
			}
		}
	}
	return table[len(x)][len(y)]
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
	made, err := analyse(f.Context(), "A title", turns)
	if err != nil {
		f.Fatal(err)
	}
	index, err := made.pack()
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
