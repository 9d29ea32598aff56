package summarize

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// Claim is a sentence about a meeting, with what is to prove it.
type Claim struct {
	Text       string
	Quotes     []Quote
	Owner, Due string // "" when none is claimed
	Promise    bool   // something will be done, or was decided
	Hedged     bool   // it says so itself
}

// Quote is what somebody is to have said.
type Quote struct {
	Text    string
	Turn    *int   // its Index; nil when it is not known
	Speaker string // "" when it is not known
}

// Finding is what the check makes of a claim.
type Finding string

// The findings.
const (
	Verified    Finding = "verified"
	Corrected   Finding = "corrected"  // said, but elsewhere or in slightly other words: as the evidence has it
	Hedged      Finding = "tentative"  // said, but with a maybe
	NotVerified Finding = "unverified" // not said, as far as the check can tell
)

// Verdict is what the check says of a claim.
type Verdict struct {
	Finding  Finding
	Why      string     // "" when verified; it may repeat words of the claim and the meeting
	Evidence []Evidence // the quotes that were found, as they stand
	Owner    string     // as claimed, or whom "I" stands for

	reworded []string // words of the quotes that are others in the transcript
	weakened bool     // only what the quotes leave out of their sentences makes it a maybe
}

// hearing is a claim being checked.
type hearing struct {
	*Checker
	ctx   context.Context
	steps int   // of looking for quotes, so far
	err   error // of the context

	claim    Claim
	text     []token
	language string // of the text
	matches  []match
	evidence []Evidence

	failed, moved, hedged []string
	weakened              bool // by what a quote leaves out of its sentence
	reworded              []string
}

// Check holds a claim against the meeting. Each of its quotes must stand there;
// its numbers, days and due date must occur in them; its owner must have taken
// part or be named in them; and no "not" may get lost on the way.
//
// Of a meeting in which the words of a quote are said very often, only some
// places are looked at. It fails only when ctx ends.
func (c *Checker) Check(ctx context.Context, claim Claim) (Verdict, error) {
	h := &hearing{Checker: c, ctx: ctx, err: work.Check(ctx), claim: claim, text: c.read(claim.Text)}
	h.language = c.languageOf(claim.Text)
	for _, q := range claim.Quotes {
		h.find(q)
	}
	if len(claim.Quotes) == 0 {
		h.failed = append(h.failed, "no quote was given, so nothing proves it")
	}
	owner := claim.Owner
	if len(h.failed) == 0 {
		h.numbers()
		h.days()
		h.due()
		owner = h.owner()
		h.polarity()
		h.subject()
		h.hedges()
		h.rest()
	}
	v := Verdict{Finding: Verified, Evidence: h.evidence, Owner: owner, reworded: h.reworded, weakened: h.weakened}
	switch {
	case len(h.failed) > 0:
		v.Finding, v.Why = NotVerified, strings.Join(h.failed, "; ")
	case len(h.hedged) > 0:
		v.Finding, v.Why = Hedged, strings.Join(append(h.hedged, h.moved...), "; ")
	case len(h.moved) > 0:
		v.Finding, v.Why = Corrected, strings.Join(h.moved, "; ")
	}
	return v, h.err
}

// over reports that looking for quotes has taken as many steps as it may, or
// that the context has ended.
func (h *hearing) over() bool {
	if h.err == nil {
		h.err = work.Check(h.ctx)
	}
	return h.err != nil || h.steps > mostSteps
}

func (h *hearing) fail(format string, args ...any) {
	h.failed = append(h.failed, fmt.Sprintf(format, args...))
}

// languageOf guesses the language of a text, the meeting's when it is too short
// to tell.
func (c *Checker) languageOf(text string) string { return c.guess(text, c.language) }

// spokenIn guesses the language of a quote, its turn's when it is too short.
func (c *Checker) spokenIn(m match, quote string) string {
	return c.guess(quote, c.languages[c.turnOf(m.from())])
}

func (c *Checker) guess(text, otherwise string) string {
	const sure = 2 // words by which one language beats the others
	language, lead := c.detector.Detect(words.Plain(text))
	switch {
	case lead >= sure:
		return language
	case words.ASCII(text) && slices.Contains([]string{"ja", "zh", "ko", "th", "ar", "he", "hi", "ru", "ta"}, otherwise): // it cannot be
		return cmp.Or(language, "en")
	}
	return otherwise
}

// find looks for a quote where it is said to be, else anywhere.
func (h *hearing) find(q Quote) {
	cited := -1
	if q.Turn != nil {
		place, known := h.place[*q.Turn]
		if !known {
			h.moved = append(h.moved, fmt.Sprintf("there is no turn %d", *q.Turn))
		} else {
			cited = place
		}
	}
	text := unlabelled(q.Text)
	found, why := h.locate(text, cited)
	if len(found) == 0 {
		m, ok := h.near(h.read(text), cited)
		if why != notSaid || !ok {
			h.fail("%s", why)
			return
		}
		found = []match{m}
		h.reworded = append(h.reworded, m.changed...)
		h.moved = append(h.moved, "the quote stands there in slightly other words")
	}
	m := h.best(found, cited, q.Speaker)
	if word := h.cut(m); word != "" && !slices.ContainsFunc(h.text, negating) {
		h.fail("the quote leaves out %q, which stands right beside it", word)
		return
	}
	evidence := h.evidenceOf(m)
	h.matches, h.evidence = append(h.matches, m), append(h.evidence, evidence)
	if at := fmt.Sprintf("%s, turn %d", transcript.Clock(evidence.Start), evidence.Turn); cited >= 0 && !h.in(m, cited) {
		h.moved = append(h.moved, fmt.Sprintf("the quote stands at %s, not in turn %d", at, *q.Turn))
	}
	if q.Speaker != "" && !h.speaks(m, q.Speaker) {
		h.moved = append(h.moved, fmt.Sprintf("%s said it, not %s", transcript.Line(evidence.Speaker, transcript.NameLimit), transcript.Line(q.Speaker, transcript.NameLimit)))
	}
}

// best takes the place that is cited, else by the speaker named, else the
// nearest.
func (c *Checker) best(found []match, cited int, speaker string) match {
	distance := func(m match) int {
		d := 0
		if cited >= 0 && !c.in(m, cited) {
			d = max(cited-c.turnOf(m.to()-1), c.turnOf(m.from())-cited)
		}
		if speaker != "" && !c.speaks(m, speaker) {
			d += len(c.turns)
		}
		return d
	}
	return slices.MinFunc(found, func(a, b match) int { return distance(a) - distance(b) })
}

// in reports that a match has words of a turn.
func (c *Checker) in(m match, turn int) bool {
	return slices.ContainsFunc(m.spans, func(s span) bool {
		return c.turnOf(s.from) <= turn && turn <= c.turnOf(s.to-1)
	})
}

func (c *Checker) speaks(m match, name string) bool {
	return sameName(tokensOf(name), c.names[c.turns[c.turnOf(m.from())].Speaker])
}

// sameName reports that one name is a part of the other.
func sameName(a, b []token) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) > 0 && !slices.ContainsFunc(a, func(part token) bool {
		return !slices.ContainsFunc(b, func(t token) bool { return t.fold == part.fold })
	})
}

// each calls found with the tokens of all evidence, what it leaves out included.
func (h *hearing) each(found func(m match, all []token)) {
	for _, m := range h.matches {
		found(m, h.tokens[m.from():m.to()])
	}
}

// says reports that a word is in the evidence, in any of its forms.
func (h *hearing) says(word token) bool {
	said := false
	h.each(func(_ match, all []token) {
		said = said || slices.ContainsFunc(all, func(t token) bool {
			return t.fold == word.fold || len(word.fold) > 3 && h.term(t) != "" && h.term(t) == h.term(word)
		})
	})
	return said
}

// term is the stem of a word, "" when it says too little.
func (c *Checker) term(t token) string { return c.lexicon(c.language).Term(t.fold) }
