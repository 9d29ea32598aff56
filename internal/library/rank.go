package library

import (
	"math"
	"slices"
	"strings"
)

const (
	nearWeight   = 0.5 // of a word that is only near to what was asked for
	bestOf       = 5   // passages that make a meeting's score
	perMeeting   = 3   // hits of one, when all are searched
	phraseWeight = 3   // of a phrase, at least
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

// rank scores the units at the given places. Of phrases, marks says which units
// are a part of one. Without rarities the meeting is taken by itself.
func (ix *index) rank(q *question, at []int, marks [][]bool, all *rarities) ranking {
	which, weight := ix.matches(q.terms)
	units := make([]unit, len(at))
	for i, u := range at {
		units[i] = ix.units[u]
	}
	width := len(q.terms) + len(q.phrases)
	count := func(s span) ([]float64, float64) {
		counts, length := make([]float64, width), 0.0
		ix.each(units, s, func(id int32) {
			if which[id] > 0 {
				counts[which[id]-1] += weight[id]
			}
			length++
		})
		for p := range q.phrases {
			for i := s.from; i < s.to; i++ {
				if marks[p][at[i]] {
					counts[len(q.terms)+p]++
				}
			}
		}
		return counts, length
	}
	score := func(spans []span, all *rarities) []float64 {
		counts, lengths := make([][]float64, len(spans)), make([]float64, len(spans))
		total, having := 0.0, make([]int, width)
		for i, s := range spans {
			counts[i], lengths[i] = count(s)
			total += lengths[i]
			for t, n := range counts[i] {
				if n > 0 {
					having[t]++
				}
			}
		}
		average := max(1, total/float64(max(1, len(spans))))
		weigh := make([]float64, width)
		for t := range weigh {
			switch {
			case all == nil:
				weigh[t] = rarity(len(spans), having[t])
			case t < len(q.terms):
				weigh[t] = all.of[t]
			default:
				weigh[t] = all.phrase
			}
			if t < len(q.terms) {
				weigh[t] *= q.terms[t].count
			}
		}
		scores := make([]float64, len(spans))
		for i := range spans {
			for t, n := range counts[i] {
				if n > 0 {
					scores[i] += weigh[t] * bm25(min(n, maxCount), lengths[i], average)
				} else if t >= len(q.terms) {
					scores[i] = math.Inf(-1) // a phrase must be there
				}
			}
			scores[i] = max(0, scores[i])
		}
		return scores
	}
	r := ranking{at: at, around: make([]float64, len(at))}
	spans := passages(units)
	scores := score(spans, all)
	for i, s := range spans {
		for u := s.from; u < s.to; u++ {
			r.around[u] = max(r.around[u], scores[i])
		}
	}
	r.score = meetingScore(scores)
	single := make([]span, len(units))
	for i := range single {
		single[i] = span{i, i + 1}
	}
	without := *q
	without.phrases, width = nil, len(q.terms)
	q = &without
	r.own = score(single, all)
	for i, u := range at {
		for p := range marks {
			if marks[p][u] {
				r.own[i] += phraseWeight
			}
		}
	}
	return r
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
