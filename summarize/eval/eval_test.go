package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// The scores of these are worked out by hand.
func TestCompare(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text, gold string
		want       rouge
	}{
		{"The cat sat.", "The cat was here.", rouge{4.0 / 7, 2.0 / 5, 4.0 / 7, 4.0 / 7}},
		{"here was the cat", "the cat was here", rouge{1, 2.0 / 6, 4.0 / 8, 4.0 / 8}}, // the cat in common; the, cat in order
		{"the the the", "the cat", rouge{2.0 / 5, 0, 2.0 / 5, 2.0 / 5}},               // a word counts as often as in both
		{"The paddles rotted!", "Paddle: rotting", rouge{4.0 / 5, 2.0 / 3, 4.0 / 5, 4.0 / 5}},
		{"ab1 ab2 ab6 ab7 ab8.\nab1 ab3 ab8 ab9 ab5.", "ab1 ab2 ab3 ab4 ab5.", rouge{8.0 / 15, 2.0 / 13, 8.0 / 15, 8.0 / 15}}, // all but ab4, with any of the sentences
		{"The cat sat.\nA dog ran.", "A dog ran. The cat sat.", rouge{1, 8.0 / 10, 6.0 / 12, 1}},                              // other way round
		{"パッキン", "パッキン", rouge{1, 1, 1, 1}},
		{"", "the cat", rouge{}},
		{"the cat", "", rouge{}},
	} {
		got := compare(row.text, row.gold)
		for i, pair := range [][2]float64{{got.one, row.want.one}, {got.two, row.want.two}, {got.long, row.want.long}, {got.longSum, row.want.longSum}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("%q for %q: score %d is %v, want %v", row.text, row.gold, i, pair[0], pair[1])
			}
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"It's the Co-op's paddles, running 1,540 times.": "it s the co op s paddl run 1 540 time",
		"Die Räder-Größe":                                "die räder größe",
		"値段は12円":                                         "値 段 は 12 円",
		"👍 …":                                            "",
	} {
		if got := strings.Join(tokens(text), " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestSupports(t *testing.T) {
	t.Parallel()
	precision, recall := supports([]int{1, 2, 2, 9}, [][]int{{1, 5}, {2}, {7}, {8}})
	if precision != 0.75 || recall != 0.5 {
		t.Errorf("got %v, %v; three of four cited turns are evidence, and two of four sentences have some", precision, recall)
	}
	if precision, recall = supports(nil, [][]int{{1}}); precision != 0 || recall != 0 {
		t.Errorf("nothing cited: got %v, %v", precision, recall)
	}
	point := func(text string, turn int) summarize.Point {
		return summarize.Point{Text: text, Evidence: []summarize.Evidence{{Turn: turn}}}
	}
	s := summarize.Summary{Points: []summarize.Point{point("one two three", 4), point("four", 7)}}
	if got := within(s, [][2]int{{0, 1}, {3, 5}}); got != 0.75 {
		t.Errorf("three of four words are within: got %v", got)
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	mean, low, high := interval([]float64{0.2, 0.4, 0.6})
	if math.Abs(mean-0.4) > 1e-9 || low < 0.2 || low >= mean || high <= mean || high > 0.6 {
		t.Errorf("got %v, %v to %v", mean, low, high)
	}
	if mean, low, high = interval([]float64{0.5}); mean != 0.5 || low != 0.5 || high != 0.5 {
		t.Errorf("of one score: got %v, %v to %v", mean, low, high)
	}
}

func TestMisheard(t *testing.T) {
	t.Parallel()
	turns := []transcript.Turn{{Text: strings.Repeat("So, the Wheel is fine. It turns! ", 200)}}
	heard := misheard(turns, 0)[0].Text
	if strings.ContainsAny(heard, ",.!SWI") {
		t.Errorf("%.40q has marks or capitals", heard)
	}
	was, is := strings.Fields(turns[0].Text), strings.Fields(heard)
	wrong := 0
	for i := range min(len(was), len(is)) {
		if strings.Trim(strings.ToLower(was[i]), ".,!") != is[i] {
			wrong++
		}
	}
	if len(is) != len(was) || wrong < 70 || wrong > 140 {
		t.Errorf("%d of %d words are wrong, want about one in ten", wrong, len(is))
	}
	if again := misheard(turns, 0)[0].Text; again != heard {
		t.Error("the same seed hears something else")
	}
}

// The offline summary of our own meeting, also of one that was heard badly, has
// what people wrote about it.
func TestOwnMeeting(t *testing.T) {
	t.Parallel()
	meetings, err := load("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var all scores
	for _, m := range meetings {
		if err := all.add(m, 150, 60); err != nil {
			t.Fatal(err)
		}
	}
	direct, _, _ := interval(all.cited)
	for name, row := range map[string]struct {
		scores []float64
		least  float64
	}{
		"ROUGE-1": {all.one, 0.42}, "ROUGE-2": {all.two, 0.14}, "ROUGE-L": {all.longSum, 0.35}, "cited": {all.cited, 0.6}, "cited, read in parts": {all.parts, direct - 0.05}, "supported": {all.supported, 0.6},
		"with errors": {all.heard, 0.40}, "answers": {all.answers, 0.27}, "inside": {all.inside, 0.4},
	} {
		if mean, _, _ := interval(row.scores); mean < row.least {
			t.Errorf("%s: got %.3f, want at least %.2f", name, mean, row.least)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var out, help strings.Builder
	if err := run([]string{"-words", "100", "testdata"}, &out, &help); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Meetings: 1. Words: 100", "ROUGE-1 ", "ROUGE-2 ", "ROUGE-L ", "cited turns that are evidence", "Questions: 6. Words: 60"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
	if err := run([]string{"-help"}, &out, &help); err != nil || !strings.Contains(help.String(), "NAME.gold.json") {
		t.Errorf("help: %v, %q", err, help.String())
	}
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct{ file, text, want string }{
		{"readme.txt", "", "there is no *.meeting.json"},
		{"a.meeting.json", "{", "read " + filepath.Join(folder, "a.meeting.json")},
		{"a.meeting.json", `{"bot_data": {"transcripts": []}}`, "nobody says anything"},
		{"a.meeting.json", `{"bot_data": {"transcripts": [{"speaker": "Ada", "lang": null, "words": [{"text": "We wait for the wheel."}]}]}}`, "a.gold.json"},
		{"a.gold.json", `{}`, "no summary in general"},
		{"a.gold.json", `{"general": [{"answer": "They wait."}]}`, ""},
	} {
		write(step.file, step.text)
		got := fmt.Sprint(run([]string{folder}, &out, &help))
		if step.want == "" && got != "<nil>" || !strings.Contains(got, step.want) {
			t.Errorf("step %d: got %s, want %q", i, got, step.want)
		}
	}
	if err := run(nil, &out, &help); err == nil || !strings.Contains(err.Error(), "one folder") {
		t.Errorf("no folder: got %v", err)
	}
	if !slices.Contains(strings.Fields(out.String()), "ROUGE-1") {
		t.Error("nothing was printed")
	}
}
