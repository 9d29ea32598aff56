package sandbox

import (
	"reflect"
	"strings"
	"testing"
)

func TestBuiltinMeetings(t *testing.T) {
	t.Parallel()
	entries, err := texts.ReadDir("meetings")
	if err != nil {
		t.Fatal(err)
	}
	longest := 0
	languages := map[string]int{}
	all, faults := builtin()
	for _, err := range faults {
		t.Error(err)
	}
	if len(all) != len(entries) || len(all) < 8 {
		t.Errorf("%d built-in meetings of %d files, want all, 8 or more", len(all), len(entries))
	}
	for _, m := range all {
		languages[m.language]++
		longest = max(longest, m.words())
		checkMeeting(t, m)
	}
	if longest < 9000 {
		t.Errorf("longest meeting: got %d words, want 9000 or more", longest)
	}
	for _, language := range []string{"en", "de", "ja"} {
		if languages[language] == 0 {
			t.Errorf("no meeting in %s", language)
		}
	}
}

func checkMeeting(t *testing.T, m *meeting) {
	t.Helper()
	turns := map[string]int{}
	free := map[string]float64{}
	last := 0.0
	for i, turn := range m.transcripts {
		turns[turn.Speaker]++
		if turn.StartTime < last || turn.StartTime < free[turn.Speaker] || *turn.EndTime <= turn.StartTime {
			t.Fatalf("%s: turn %d runs from %v to %v, the last began at %v, its speaker ended at %v", m.name, i, turn.StartTime, *turn.EndTime, last, free[turn.Speaker])
		}
		last, free[turn.Speaker] = turn.StartTime, *turn.EndTime
		at := turn.StartTime
		for _, w := range turn.Words {
			if w.StartTime < at || w.EndTime <= w.StartTime || w.EndTime > *turn.EndTime || w.Text == "" {
				t.Fatalf("%s: turn %d: word %+v out of order", m.name, i, w)
			}
			at = w.EndTime
		}
	}
	for speaker, n := range turns {
		if n < 2 || len(turns) < 2 {
			t.Errorf("%s: %s speaks %d times; a misspelt name?", m.name, speaker, n)
		}
	}
	words, minutes := m.words(), m.duration/60
	if m.language != "ja" && (float64(words)/m.duration < 2.2 || float64(words)/m.duration > 3.2) {
		t.Errorf("%s: %d words in %.1f minutes", m.name, words, minutes)
	}
	if words >= 9000 && (minutes < 58 || minutes > 65) {
		t.Errorf("%s lasts %.1f minutes, want about an hour", m.name, minutes)
	}
}

func TestMeetingIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	first, _ := builtin()
	second, _ := builtin()
	if !reflect.DeepEqual(first, second) {
		t.Error("parsing twice gives different meetings")
	}
}

func TestBrokenMeeting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"title: A\nlanguage: en\nAda: Hi", "no empty line"},
		{"title: A\n\nAda: Hi", "lacks a title or a language"},
		{"title: A\nlang: en\n\nAda: Hi", `header "lang"`},
		{"title: A\nlanguage: en\n\nAda: Hi\nand more", "line 5: want a name"},
		{"title: A\nlanguage: en\n\nAda: Hi\n-- some", "line 5: "},
		{"title: A\nlanguage: en\n\n-- 3", "nobody says anything"},
	} {
		if _, err := parse("x", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("parse %q: got %v, want %q", c.text, err, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Well, I don't know.", "Well,|I|don't|know."},
		{"はい、じゃあ始めましょうか。", "はい、|じゃあ|始めましょう|か。"},
		{"USBポートが3つ、あります", "USBポート|が3つ、|あります"},
		{"「ぬくべん」試作三号", "「ぬくべん」|試作三号"},
		{"", ""},
	} {
		if got := strings.Join(split(c.text), "|"); got != c.want {
			t.Errorf("split %q: got %s, want %s", c.text, got, c.want)
		}
	}
	all, _ := builtin()
	for _, m := range all {
		raw, err := texts.ReadFile("meetings/" + m.name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if m.language != "ja" {
			continue
		}
		for _, turn := range m.transcripts {
			joined := ""
			for _, w := range turn.Words {
				joined += w.Text
			}
			if !strings.Contains(strings.ReplaceAll(string(raw), " ", ""), joined) {
				t.Errorf("%s: the pieces of %q are not its text", m.name, joined)
			}
		}
	}
}
