package summarize

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Whatever a model answers: what stays of it is proved.
func FuzzAnswer(f *testing.F) {
	for _, answer := range []string{
		`{"points":[{"text":"Lamps come back","evidence":[{"turn":1,"quote":"the lamps that came back from the fair"}]}]}`,
		`{"action_items":[{"text":"x","owner":"Ana","due":"\u0000","evidence":[{"turn":1e3,"quote":"…"},{"turn":"[1]"}]}],"decisions":[{}]}`,
		"<think>{</think>```json\n{\"open_questions\":null}```",
		`[{"points":{}}]`,
	} {
		f.Add(answer)
	}
	said := "We keep the lamps that came back from the fair, all twelve of them."
	c, err := newSummaryChecker(f.Context(), []transcript.Turn{{Index: 1, Speaker: "Ana", Text: said}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		d, err := parse(answer)
		if err != nil {
			return // it is sent back
		}
		var s Summary
		if err := c.admit(t.Context(), &s, d, 100); err != nil {
			t.Fatal(err)
		}
		s.arrange()
		points := append(append(s.Points, s.Decisions...), s.OpenQuestions...)
		for _, a := range s.ActionItems {
			points = append(points, a.Point)
		}
		for _, p := range points {
			if len(p.Evidence) == 0 {
				t.Errorf("%q has no evidence", p.Text)
			}
			for _, e := range p.Evidence {
				for part := range strings.SplitSeq(e.Quote, " … ") {
					if !strings.Contains(said, part) {
						t.Errorf("%q: nobody said %q", p.Text, part)
					}
				}
			}
		}
	})
}
