package library

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	nearWeight   = 0.5 // of a word that is only near to what was asked for
	bestOf       = 5   // passages that make a meeting's score
	perMeeting   = 3   // hits of one, when all are searched
	phraseWeight = 3   // of a phrase, at least
	pairShare    = 0.4 // of two terms' weight, for their standing side by side as in the query
	ownShare     = 0.5
	meanShare    = 0.5
	saturation   = 1.2 // BM25's k1
	lengthShare  = 0.75
)

// bm25 is what a term adds to a document's score, before it is weighed.
func bm25(count, length, average float64) float64 {
	return count * (saturation + 1) / (count + saturation*(1-lengthShare+lengthShare*length/average))
}

// rarity is a term's weight, when some of so many documents have it.
func rarity(documents, having int) float64 {
	return math.Log(1 + (float64(documents-having)+0.5)/(float64(having)+0.5))
}

// rarities are the terms' weights over all of a tenant's meetings.
type rarities struct {
	of      []float64 // by term
	phrase  float64
	average float64 // terms in a passage
}

// ranking is how well each of a meeting's units answers a question.
type ranking struct {
	at     []int // the units that may answer, and their
	own    []float64
	around []float64 // scores, of themselves and of the best passage with them
	score  float64   // of the meeting
}

// matches says for each of the index's terms which of the question's it is, as
// number + 1, and how well.
func (ix *index) matches(terms []term) (which []int, weight []float64) {
	which, weight = make([]int, len(ix.terms)), make([]float64, len(ix.terms))
	for n, t := range terms {
		take := func(stems []string, prefix bool, w float64) {
			for _, stem := range stems {
				for i, _ := slices.BinarySearch(ix.terms, stem); i < len(ix.terms); i++ {
					if ix.terms[i] != stem && !(prefix && strings.HasPrefix(ix.terms[i], stem)) {
						break
					}
					if weight[i] < w {
						which[i], weight[i] = n+1, w
					}
				}
			}
		}
		take(t.stems, t.prefix, 1)
		take(t.near, false, nearWeight)
	}
	return which, weight
}

// scorer scores spans of the units that may answer a question, one after the
// other.
type scorer struct {
	*index
	asked  *question
	units  []unit
	which  []int     // by the index's terms: which of the question's it is, as number + 1,
	weight []float64 // and how well
	marks  [][]bool  // by phrase: which units are a part of one
	all    *rarities // nil when the meeting is taken by itself

	counts []float64 // of the terms, of each with the one before it, and of the phrases, in one span
	some   []int     // which of these there are, in order
}

// rank scores the units at the given places. Of phrases, marks says which units
// are a part of one. Without rarities the meeting is taken by itself.
func (ix *index) rank(ctx context.Context, q *question, at []int, marks [][]bool, all *rarities) (ranking, error) {
	s := &scorer{index: ix, asked: q, units: make([]unit, len(at)), all: all}
	s.which, s.weight = ix.matches(q.terms)
	for _, mark := range marks {
		own := make([]bool, len(at))
		for i, u := range at {
			own[i] = mark[u]
		}
		s.marks = append(s.marks, own)
	}
	s.counts = make([]float64, 2*len(q.terms)+len(s.marks))
	single := make([]span, len(at))
	for i, u := range at {
		s.units[i], single[i] = ix.units[u], span{i, i + 1}
	}
	r := ranking{at: at, around: make([]float64, len(at))}
	var err error
	if r.own, err = s.score(ctx, single, 0); err != nil {
		return r, err
	}
	best := make([]float64, len(at))
	for _, size := range passageSizes {
		spans := passages(s.units, size)
		scores, err := s.score(ctx, spans, size)
		if err != nil {
			return r, err
		}
		clear(best)
		for i, span := range spans {
			for u := span.from; u < span.to; u++ {
				best[u] = max(best[u], scores[i])
			}
		}
		for u := range best {
			r.around[u] += best[u] / float64(len(passageSizes))
		}
		if size == passageWords {
			r.score = meetingScore(scores)
		}
	}
	if len(s.marks) > 0 {
		for i := range at {
			said := 0.0
			for p := range s.marks {
				if s.marks[p][i] {
					said += phraseWeight
				}
			}
			if r.own[i] += said; said == 0 {
				r.own[i] = 0 // what is shown should have a phrase
			}
		}
	}
	return r, nil
}

// score scores spans: passages of about so many words, or units by themselves
// when size is 0. Those have no title, and may lack the phrases.
func (s *scorer) score(ctx context.Context, spans []span, size int) ([]float64, error) {
	total, having := 0, make([]int, len(s.counts))
	for _, span := range spans {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		if s.all != nil { // which knows how rare the terms are
			total += s.length(span, size > 0)
			continue
		}
		total += s.count(span, size > 0)
		for _, t := range s.some {
			having[t]++
		}
	}
	average := max(1, float64(total)/float64(max(1, len(spans))))
	if s.all != nil && size > 0 {
		average = s.all.average * float64(size) / passageWords
	}
	weights := s.weights(having, len(spans))
	scores := make([]float64, len(spans))
	for i, span := range spans {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		length, phrases := float64(s.count(span, size > 0)), 0
		for _, t := range s.some {
			scores[i] += weights[t] * bm25(min(s.counts[t], maxCount), length, average)
			if t >= 2*len(s.asked.terms) {
				phrases++
			}
		}
		if size > 0 && phrases < len(s.marks) { // all must be there
			scores[i] = 0
		}
	}
	return scores, nil
}

// length is how many terms a span has.
func (s *scorer) length(in span, passage bool) int {
	n := 0
	if passage {
		n = len(s.titled)
	}
	for i := in.from; i < in.to; i++ {
		if i == in.from || s.units[i].speaker != s.units[i-1].speaker {
			n += len(s.called[s.units[i].speaker])
		}
		n += len(s.units[i].terms)
	}
	return n
}

// count counts in a span, and answers how many terms it has.
func (s *scorer) count(in span, passage bool) (length int) {
	for _, t := range s.some {
		s.counts[t] = 0
	}
	s.some = s.some[:0]
	add := func(t int, n float64) {
		if s.counts[t] == 0 {
			s.some = append(s.some, t)
		}
		s.counts[t] += n
	}
	terms, before := len(s.asked.terms), 0
	found := func(id int32) {
		n := s.which[id]
		if n > 0 {
			add(n-1, s.weight[id])
			if n == before+1 && s.asked.terms[n-1].follows {
				add(terms+n-1, 1)
			}
		}
		before = n
		length++
	}
	if passage && s.all != nil { // in one meeting, its title tells nothing apart
		s.passage(s.units, in, found)
	} else {
		s.each(s.units, in, found)
	}
	if passage {
		for p, mark := range s.marks {
			for u := in.from; u < in.to; u++ {
				if mark[u] {
					add(2*terms+p, 1)
				}
			}
		}
	}
	slices.Sort(s.some)
	return length
}

// weights are what each of the things that are counted is worth, when so many
// of the spans have it.
func (s *scorer) weights(having []int, spans int) []float64 {
	terms := len(s.asked.terms)
	weights := make([]float64, len(having))
	for t := range weights {
		switch {
		case s.all == nil:
			weights[t] = rarity(spans, having[t])
		case t < terms:
			weights[t] = s.all.of[t]
		default:
			weights[t] = s.all.phrase
		}
	}
	for t := range terms {
		weights[t] *= s.asked.terms[t].count
		weights[terms+t] = 0
		if t > 0 && s.asked.terms[t].follows {
			weights[terms+t] = pairShare * (weights[t] + weights[t-1]) / 2
		}
	}
	return weights
}

// meetingScore puts the passages' scores together; it reorders them.
func meetingScore[F float32 | float64](scores []F) float64 {
	var best [bestOf]F
	for _, s := range scores {
		for i := range best {
			if s > best[i] {
				s, best[i] = best[i], s
			}
		}
	}
	sum := F(0)
	for _, s := range best {
		sum += s
	}
	return float64(best[0] + meanShare*sum/bestOf)
}
