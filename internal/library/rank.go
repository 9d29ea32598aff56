package library

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

const (
	nearWeight   = 0.5 // of a word that is only near to what was asked for
	hitWords     = 120
	hitGap       = 3 // units that others may have said in between, when one speaker is looked for
	bestOf       = 5 // passages that make a meeting's score
	perMeeting   = 3 // hits of one, when all are searched
	phraseWeight = 3 // of a phrase, at least
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
		ix.each(units, s, func(id int) {
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

// window is a hit within a meeting: units from up to, but without, to.
type window struct {
	span
	best   float64
	scores map[int]float64 // by turn
}

// windows picks the best places, best first. One hit never has a unit of
// another, nor one that may not answer, but for others' words in between when
// only one speaker's count.
func (ix *index) windows(r ranking, most int, top float64, barred func(unit int) bool) []window {
	total := func(i int) float64 { return r.around[i] * (1 + ownShare*r.own[i]/max(top, 1e-9)) }
	order := make([]int, 0, len(r.at))
	for i := range r.at {
		if r.own[i] > 0 && r.around[i] > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total(b), total(a)) })
	taken := make([]bool, len(r.at))
	reach := func(i, j int) bool { // whether the hit goes on from i to its neighbour j
		if j < 0 || j >= len(r.at) || taken[j] {
			return false
		}
		low, high := min(r.at[i], r.at[j]), max(r.at[i], r.at[j])
		if high-low > hitGap {
			return false
		}
		for u := low + 1; u < high; u++ {
			if barred(u) {
				return false
			}
		}
		return true
	}
	var all []window
	for _, i := range order {
		if len(all) == most {
			break
		}
		if taken[i] {
			continue
		}
		taken[i] = true
		low, high, n := i, i, ix.units[r.at[i]].words
		for n < hitWords {
			down, up := reach(low, low-1), reach(high, high+1)
			if down && up {
				down = total(low-1) > total(high+1)
				up = !down
			}
			switch {
			case down:
				low--
				taken[low] = true
				n += ix.units[r.at[low]].words
			case up:
				high++
				taken[high] = true
				n += ix.units[r.at[high]].words
			default:
				n = hitWords
			}
		}
		w := window{span{r.at[low], r.at[high] + 1}, total(i), map[int]float64{}}
		for j := low; j <= high; j++ {
			turn := ix.units[r.at[j]].turn
			w.scores[turn] = max(w.scores[turn], total(j))
		}
		all = append(all, w)
	}
	return all
}

// hit shows what a window has, of the turns of its meeting.
func (ix *index) hit(w window, turns []transcript.Turn) Hit {
	var h Hit
	for u := w.from; u < w.to; u++ {
		piece := ix.units[u]
		turn := turns[piece.turn]
		from := piece.from
		for u+1 < w.to && ix.units[u+1].turn == piece.turn {
			u++
		}
		to := ix.units[u].to
		cut := turn
		if length := float64(len(turn.Text)); length > 0 {
			cut.Start = turn.Start + (turn.End-turn.Start)*float64(from)/length
			cut.End = turn.Start + (turn.End-turn.Start)*float64(to)/length
		}
		cut.Text = strings.TrimSpace(turn.Text[from:to])
		h.Text = append(h.Text, cut)
		if score, scored := w.scores[piece.turn]; scored {
			h.Turns = append(h.Turns, ScoredTurn{turn.Index, score})
		}
		if !slices.Contains(h.Speakers, turn.Speaker) {
			h.Speakers = append(h.Speakers, turn.Speaker)
		}
	}
	h.First, h.Last = h.Text[0].Index, h.Text[len(h.Text)-1].Index
	h.Start, h.End = h.Text[0].Start, h.Text[len(h.Text)-1].End
	for _, t := range h.Text {
		h.Start, h.End = min(h.Start, t.Start), max(h.End, t.End)
	}
	return h
}
