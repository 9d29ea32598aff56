package summarize

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
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
func (c *summaryChecker) admit(ctx context.Context, s *Summary, d draft, words int) error {
	seen := map[string]bool{}
	orders := d.orders()
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
			v, err := c.stands(ctx, claim)
			if err != nil {
				return err
			}
			if orders[claim.Text] {
				v = Verdict{Finding: NotVerified, Why: "it is worded as an order to an AI, which no summary gives"}
			}
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
	return nil
}

// summaryChecker checks what is to be in a summary.
type summaryChecker struct {
	*Checker // of what is read of the meeting

	reading  *reading
	withheld *Checker // of the passages that give orders to an AI; nil without any
}

func newSummaryChecker(ctx context.Context, turns []transcript.Turn) (c *summaryChecker, err error) {
	c = &summaryChecker{}
	err = work.Heavy(ctx, func(ctx context.Context) error {
		if err := work.Hold(ctx, bytesHeld*int64(min(sizeOf(turns), mostRead))); err != nil {
			return err
		}
		if c.reading, err = read(ctx, turns); err != nil {
			return err
		}
		if c.Checker, err = NewChecker(ctx, c.reading.turns); err != nil || len(c.reading.withheld) == 0 {
			return err
		}
		c.withheld, err = NewChecker(ctx, c.reading.withheld)
		return err
	})
	return c, err
}

// bytesHeld is about what a byte of a meeting takes while a summary is made.
const bytesHeld = 32

// orders are the texts that give orders to an AI themselves, whatever is to
// prove them.
func (d draft) orders() map[string]bool {
	var texts []transcript.Turn
	for _, list := range [][]Claim{d.points, d.decisions, d.actions, d.questions} {
		for _, c := range list {
			texts = append(texts, transcript.Turn{Index: len(texts), Text: c.Text}, transcript.Turn{}, transcript.Turn{}, transcript.Turn{}) // so that no two are taken for one
		}
	}
	orders := map[string]bool{}
	for _, s := range transcript.Suspicious(texts) {
		orders[texts[s.Turn].Text] = true
	}
	return orders
}

// stands checks a claim that nobody looks at before it is shown: what is right
// only in other words than the transcript's does not stand, nor does what is
// proved by an order to an AI.
func (c *summaryChecker) stands(ctx context.Context, claim Claim) (Verdict, error) {
	v, err := c.Check(ctx, claim)
	if err == nil && c.withheld != nil && !v.literally(claim) {
		at, err := c.ordered(ctx, claim)
		if err != nil {
			return v, err
		}
		if at != nil {
			v.Finding, v.Why = NotVerified, fmt.Sprintf("it is of a passage that gives orders to an AI (%s, turn %d), from which nothing is taken", transcript.Clock(at.Start), at.Turn)
			return v, nil
		}
	}
	if v.Finding != NotVerified && slices.ContainsFunc(tokensOf(claim.Text), func(t token) bool { return slices.Contains(v.reworded, t.fold) }) {
		v.Finding, v.Why = NotVerified, "the quote has other words in the transcript"
	}
	if v.weakened && v.Finding != NotVerified && !v.literally(claim) && !slices.ContainsFunc(c.read(claim.Text), func(t token) bool { return t.mark&(hedges|weakens|negates) != 0 }) {
		v.Finding = NotVerified
	}
	return v, err
}

// literally reports that a claim is proved, and says no more than its quote.
func (v *Verdict) literally(claim Claim) bool {
	return v.Finding != NotVerified && Alike(claim.Text, v.Evidence[0].Quote)
}

// ordered finds the passage with orders to an AI that a claim repeats or quotes,
// nil when there is none.
func (c *summaryChecker) ordered(ctx context.Context, claim Claim) (*Evidence, error) {
	for _, q := range append([]Quote{{Text: claim.Text}}, claim.Quotes...) {
		v, err := c.withheld.Check(ctx, Claim{Text: q.Text, Quotes: []Quote{{Text: q.Text}}})
		if err != nil {
			return nil, err
		}
		if len(v.Evidence) > 0 {
			return &v.Evidence[0], nil
		}
	}
	return nil, nil
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
