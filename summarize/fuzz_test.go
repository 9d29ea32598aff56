package summarize_test

import (
	"strings"
	"testing"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// Whatever is claimed of whatever was said: the check ends, and every quote in
// its evidence stands in the transcript, letter by letter.
func FuzzCheck(f *testing.F) {
	for _, row := range [][6]string{
		{"We ship the new menu on Friday. Maybe.", "Agreed, twelve percent.", "The menu ships on Friday", "ship the new menu … Friday", "Ana", "Friday"},
		{"五月三日に三十五人で、2万5千円です。", "ｶﾞ か\u3099 ﬁre", "35人", "三十五人で", "花子", "2026-05-03"},
		{"no no no not not 1,000.50 $5k half a of a hundred and", "quatre vingt dix sept point five", "1.5.5 5:5 pm a.m.", "…...[…]", "and & /", "next last this may"},
		{"\u200d\u0301\xff\x00", "\u00ad’'`-", "'''", "\"…\"", ",", "\u202e"},
		{"w we we in the in the in the", "a a a a a a a", "[1:00 Ana] 7", "[0:00] w we in the", "I", "tbd"},
	} {
		f.Add(row[0], row[1], row[2], row[3], row[4], row[5], int8(0))
	}
	f.Fuzz(func(t *testing.T, one, two, text, quote, owner, due string, turn int8) {
		turns := []transcript.Turn{{Index: 3, Speaker: "Ana", Text: one}, {Index: 4, Speaker: owner, Text: two}, {Index: 9, Speaker: "Ana", Text: one + " " + two}}
		c := newChecker(t, turns)
		at := int(turn)
		v := verdict(t, c, summarize.Claim{Text: text, Quotes: []summarize.Quote{{Text: quote, Turn: &at}}, Owner: owner, Due: due, Promise: turn%2 == 0})
		if v.Finding != summarize.NotVerified && len(v.Evidence) == 0 || v.Finding != summarize.Verified && v.Why == "" {
			t.Fatalf("%+v", v)
		}
		for _, e := range append(v.Evidence, passages(t, c, text, 3)...) {
			if !standsIn(turns, e) {
				t.Fatalf("%q does not stand in turn %d of %+v", e.Quote, e.Turn, turns)
			}
		}
	})
}

// standsIn reports that evidence is in its turn, or goes on in the next of the
// same speaker, but for what it leaves out.
func standsIn(turns []transcript.Turn, e summarize.Evidence) bool {
	text := ""
	for i, t := range turns {
		if t.Index >= e.Turn && (t.Index == e.Turn || t.Speaker == e.Speaker && i > 0 && turns[i-1].Speaker == e.Speaker) {
			text = transcript.JoinWords([]string{text, t.Text})
		} else if t.Index > e.Turn {
			break
		}
		if t.Index == e.Turn && t.Speaker != e.Speaker {
			return false
		}
	}
	if strings.Contains(text, e.Quote) {
		return true
	}
	for part := range strings.SplitSeq(e.Quote, " … ") {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}
