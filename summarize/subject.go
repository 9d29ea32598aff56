package summarize

import (
	"fmt"
	"slices"
	"strings"
)

// nearby is how many turns before and after the evidence tell what it is about.
const nearby = 3

// subject asks that something of what a text speaks of occurs in its evidence or
// is spoken of around it. Between languages nothing can be asked.
func (h *hearing) subject() {
	const enough, many = 3, 8 // words that tell what a text is about
	sought := map[string]bool{}
	for _, t := range h.text {
		if t.mark&(nameful|numeral) == 0 && h.carries(t) {
			sought[h.term(t)] = true
		}
	}
	need := 1
	if len(sought) >= many {
		need = 2
	}
	if len(sought) < enough || len(h.matches) == 0 {
		return
	}
	for _, m := range h.matches {
		if h.spokenIn(m, h.evidenceOf(m).Quote) != h.language {
			return
		}
		for _, t := range h.around(m) {
			if sought[h.term(t)] {
				sought[h.term(t)] = false
				need--
			}
			if need == 0 {
				return
			}
		}
	}
	h.fail("the text speaks of other things than its quote")
}

// around is what is said in a match and near it.
func (c *Checker) around(m match) []token {
	const near = 1500 // words
	first := c.first[max(0, c.turnOf(m.from())-nearby)]
	last := c.first[min(len(c.turns), c.turnOf(m.to()-1)+nearby+1)]
	return c.tokens[max(first, m.from()-near):min(last, m.to()+near)]
}

// hedges finds what makes a promise a maybe: in the evidence, or in the rest
// of its sentence.
func (h *hearing) hedges() {
	for _, m := range h.matches {
		from, to := h.sentence(m)
		all := h.tokens[from:to]
		i := slices.IndexFunc(all, hedging)
		if i < 0 {
			continue
		}
		phrase := []string{}
		for ; i < len(all) && hedging(all[i]); i++ {
			phrase = append(phrase, h.word(all[i]))
		}
		h.hedged = append(h.hedged, fmt.Sprintf("it is hedged: %q", strings.Join(phrase, " ")))
	}
	if h.claim.Promise && len(h.hedged) == 0 && len(h.matches) > 0 && h.asks(h.matches[len(h.matches)-1]) {
		h.hedged = append(h.hedged, "it is asked, not answered")
	}
}

func hedging(t token) bool { return t.mark&hedges != 0 }
