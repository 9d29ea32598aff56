package summarize

import (
	"cmp"
	"math"
	"slices"

	"github.com/meetmcp/meetmcp/internal/words"
)

// passages are the meeting in pieces of a sentence or a few, by their terms.
type passages struct {
	spans  []span
	length []int
	mean   float64
	in     map[string][]posting
}

type posting struct{ passage, count int }

// passageWords is about how long a passage is.
const passageWords = 40

// Closest answers the passages that have most in common with a text, best
// first. They are what could support or contradict it.
func (c *Checker) Closest(text string, n int) []Evidence {
	if c.passages == nil {
		c.passages = c.pieces()
	}
	p := c.passages
	scores := make([]float64, len(p.spans))
	seen := map[string]bool{}
	c.terms(text, c.languageOf(text), func(term string) {
		if seen[term] {
			return
		}
		seen[term] = true
		idf := math.Log(1 + float64(len(p.spans))/float64(1+len(p.in[term])))
		for _, at := range p.in[term] {
			tf := float64(at.count)
			scores[at.passage] += idf * tf * 2.2 / (tf + 1.2*(0.25+0.75*float64(p.length[at.passage])/p.mean))
		}
	})
	var order []int
	for i, score := range scores {
		if score > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var out []Evidence
	for _, i := range order[:min(n, len(order))] {
		out = append(out, c.evidenceOf(match{spans: []span{p.spans[i]}}))
	}
	return out
}

// pieces cuts the meeting into passages, at the ends of sentences where it can.
func (c *Checker) pieces() *passages {
	p := &passages{in: map[string][]posting{}}
	for i := range c.turns {
		from, end := c.first[i], c.first[i+1]
		for from < end {
			to := min(end, from+passageWords)
			for cut := to; to < end && cut > from+passageWords/2; cut-- {
				if c.tokens[cut].before == sentence {
					to = cut
					break
				}
			}
			p.add(c, span{from, to}, c.languages[i])
			from = to
		}
	}
	p.mean = max(1, p.mean/float64(max(1, len(p.spans))))
	return p
}

func (p *passages) add(c *Checker, s span, language string) {
	count := map[string]int{}
	n := 0
	c.terms(c.text(s), language, func(term string) {
		count[term]++
		n++
	})
	for term, k := range count {
		p.in[term] = append(p.in[term], posting{len(p.spans), k})
	}
	p.spans, p.length, p.mean = append(p.spans, s), append(p.length, n), p.mean+float64(n)
}

func (c *Checker) terms(text, language string, found func(term string)) {
	c.lexicon(language).Each(words.Plain(text), func(term, _ string) { found(term) })
}
