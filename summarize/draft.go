package summarize

import (
	"cmp"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// draft is a summary that nobody has checked, what matters most first in each
// list.
type draft struct{ points, decisions, actions, questions []Claim }

// draft takes a summary for one that nobody has checked.
func (s *Summary) draft() draft {
	d := draft{points: claimed(s.Points), decisions: claimed(s.Decisions), questions: claimed(s.OpenQuestions)}
	for _, a := range s.ActionItems {
		c := claimed([]Point{a.Point})[0]
		c.Owner, c.Due, c.Hedged = a.Owner, a.Due, a.Status == Tentative
		d.actions = append(d.actions, c)
	}
	return d
}

func claimed(all []Point) []Claim {
	out := make([]Claim, 0, len(all))
	for _, p := range all {
		c := Claim{Text: p.Text}
		for _, e := range p.Evidence {
			c.Quotes = append(c.Quotes, Quote{Text: e.Quote, Turn: &e.Turn})
		}
		out = append(out, c)
	}
	return out
}

// admit puts into a summary what of a draft stands in the meeting, as far as so
// many words go, and tells what does not stand there, and why. It takes from
// the front of each list in turn.
func (c *Checker) admit(s *Summary, d draft, words int) {
	seen := map[string]bool{}
	for i := range max(len(d.points), len(d.decisions), len(d.actions), len(d.questions)) {
		for _, list := range []struct {
			claims []Claim
			keep   func(Claim, Verdict)
			firm   bool // a promise or a decision
		}{
			{d.points, s.point(&s.Points), false},
			{d.decisions, s.decision, true},
			{d.actions, s.action, true},
			{d.questions, s.point(&s.OpenQuestions), false},
		} {
			if i >= len(list.claims) {
				continue
			}
			claim := list.claims[i]
			claim.Promise = list.firm
			key := strings.Join(folds(tokensOf(claim.Text)), " ")
			n := transcript.Words([]transcript.Turn{{Text: claim.Text}})
			v := c.stands(claim)
			switch {
			case seen[key]:
			case v.Finding == NotVerified:
				s.doubt(claim, v)
			case n <= words || s.empty():
				words -= n
				list.keep(claim, v)
			}
			seen[key] = true
		}
	}
}

// stands checks a claim that nobody looks at before it is shown: what is right
// only in other words than the transcript's does not stand.
func (c *Checker) stands(claim Claim) Verdict {
	v := c.Check(claim)
	if v.Finding != NotVerified && slices.ContainsFunc(tokensOf(claim.Text), func(t token) bool { return slices.Contains(v.reworded, t.fold) }) {
		v.Finding, v.Why = NotVerified, "the quote has other words in the transcript"
	}
	return v
}

func (s *Summary) point(to *[]Point) func(Claim, Verdict) {
	return func(claim Claim, v Verdict) { *to = append(*to, Point{claim.Text, v.Evidence}) }
}

// decision keeps one that was taken: what is hedged was not.
func (s *Summary) decision(claim Claim, v Verdict) {
	if v.Finding == Hedged {
		s.doubt(claim, v)
		return
	}
	s.Decisions = append(s.Decisions, Point{claim.Text, v.Evidence})
}

func (s *Summary) action(claim Claim, v Verdict) {
	a := ActionItem{Point: Point{claim.Text, v.Evidence}, Owner: v.Owner, Due: claim.Due, Status: Committed}
	if v.Finding == Hedged || claim.Hedged {
		a.Status = Tentative
	}
	if nobody(tokensOf(a.Due)) {
		a.Due = ""
	}
	s.ActionItems = append(s.ActionItems, a)
}

func (s *Summary) doubt(claim Claim, v Verdict) {
	s.Unverified = append(s.Unverified, Unverified{claim.Text, v.Why})
}

func (s *Summary) empty() bool {
	return len(s.Points)+len(s.Decisions)+len(s.ActionItems)+len(s.OpenQuestions) == 0
}

// arrange puts each list in order of time.
func (s *Summary) arrange() {
	if s.Points == nil {
		s.Points = []Point{}
	}
	for _, list := range [][]Point{s.Points, s.Decisions, s.OpenQuestions} {
		slices.SortStableFunc(list, earlier)
	}
	slices.SortStableFunc(s.ActionItems, func(a, b ActionItem) int { return earlier(a.Point, b.Point) })
}

func earlier(a, b Point) int {
	return cmp.Or(cmp.Compare(a.Evidence[0].Start, b.Evidence[0].Start), cmp.Compare(a.Evidence[0].Turn, b.Evidence[0].Turn))
}

func folds(all []token) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = t.fold
	}
	return out
}

// Alike reports that a text is a quote, but for what cleaning drops.
func Alike(text, quote string) bool {
	said, left := tokensOf(quote), folds(tokensOf(text))
	n := len(left)
	for _, t := range said {
		if len(left) > 0 && left[0] == t.fold {
			left = left[1:]
		}
	}
	return n > 0 && len(left) == 0 && 2*n > len(said)
}
