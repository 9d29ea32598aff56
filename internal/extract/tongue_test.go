package extract

import (
	"strings"
	"testing"
)

// Each language of which a file tells more has all the lists that it needs, in
// small letters as people's words are compared.
func TestSpeech(t *testing.T) {
	t.Parallel()
	files, err := speech.ReadDir("speech")
	if err != nil {
		t.Fatal(err)
	}
	needs := map[string]cue{"promises": promise, "requests": request, "duties": duty, "tasks": chore, "idle": idle, "ifs": conditional,
		"decisions": decision, "undecided": undecided, "open": open, "ignorance": ignorance}
	full := 0
	for _, file := range files {
		language := strings.TrimSuffix(file.Name(), ".txt")
		g := tongueOf(language)
		var has cue
		for start, all := range g.phrases {
			for _, p := range all {
				has |= p.does
				if p.text != strings.ToLower(p.text) || head(p.text) != start {
					t.Errorf("%s: %q is not in small letters, or not where it is looked for", language, p.text)
				}
			}
		}
		if has == 0 {
			continue
		}
		full++
		for name, cue := range needs {
			if has&cue == 0 {
				t.Errorf("%s has no %s", language, name)
			}
		}
		if !g.unspaced && (len(g.fillers) == 0 || len(g.leads) == 0 || len(g.clauses) == 0 || len(g.numbers) == 0 || len(g.calendar) == 0) {
			t.Errorf("%s lacks fillers, leads, clauses, numbers or dates", language)
		}
	}
	if full < 8 {
		t.Errorf("%d languages have phrases, want 8 or more", full)
	}
}
