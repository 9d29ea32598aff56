package summarize

import (
	"context"
	"math"
	"slices"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// passages are the meeting in pieces of a sentence or a few, by their terms.
type passages struct {
	spans  []span
	length []int
	mean   float64
	in     map[string][]posting
}

type posting struct{ passage, count int32 }

const (
	passageWords = 40  // of a passage, about
	mostTerms    = 100 // of a text whose closest passages are looked for
)

// Closest answers the passages that have most in common with a text, best
// first. They are what could support or contradict it. It fails only when ctx
// ends.
func (c *Checker) Closest(ctx context.Context, text string, n int) ([]Evidence, error) {
	if c.passages == nil {
		p, err := c.pieces(ctx)
		if err != nil {
			return nil, err
		}
		c.passages = p
	}
	if err := work.Check(ctx); err != nil {
		return nil, err
	}
	p := c.passages
	scores := make([]float64, len(p.spans))
	var terms []string
	c.terms(text, c.languageOf(text), func(term string) { terms = append(terms, term) })
	slices.Sort(terms)
	terms = slices.Compact(terms)
	if len(terms) > mostTerms { // the rarest tell most
		slices.SortStableFunc(terms, func(a, b string) int { return len(p.in[a]) - len(p.in[b]) })
		terms = terms[:mostTerms]
	}
	for _, term := range terms {
		idf := math.Log(1 + float64(len(p.spans))/float64(1+len(p.in[term])))
		for _, at := range p.in[term] {
			tf := float64(at.count)
			scores[at.passage] += idf * tf * 2.2 / (tf + 1.2*(0.25+0.75*float64(p.length[at.passage])/p.mean))
		}
	}
	var best []int // in order
	for i, score := range scores {
		at := len(best)
		for at > 0 && score > scores[best[at-1]] {
			at--
		}
		if score > 0 && at < n {
			best = slices.Insert(best, at, i)
			best = best[:min(n, len(best))]
		}
	}
	var out []Evidence
	for _, i := range best {
		out = append(out, c.evidenceOf(match{spans: []span{p.spans[i]}}))
	}
	return out, nil
}

// pieces cuts the meeting into passages, at the ends of sentences where it can.
func (c *Checker) pieces(ctx context.Context) (*passages, error) {
	p := &passages{in: map[string][]posting{}}
	for i := range c.turns {
		from, end := c.first[i], c.first[i+1]
		for from < end {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
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
	return p, nil
}

func (p *passages) add(c *Checker, s span, language string) {
	count := map[string]int32{}
	n := 0
	c.terms(c.text(s), language, func(term string) {
		count[term]++
		n++
	})
	for term, k := range count {
		p.in[term] = append(p.in[term], posting{int32(len(p.spans)), k})
	}
	p.spans, p.length, p.mean = append(p.spans, s), append(p.length, n), p.mean+float64(n)
}

func (c *Checker) terms(text, language string, found func(term string)) {
	c.lexicon(language).Each(words.Plain(text), func(term, _ string) { found(term) })
}
