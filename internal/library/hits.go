package library

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	hitWords = 120
	hitGap   = 3 // units that others may have said in between, when one speaker is looked for

	worthShare = 0.7 // of its meeting's best score, that another hit must have when all meetings are searched
)

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
	if len(order) == 0 && len(r.at) > 0 && r.around[0] > 0 {
		order = append(order, 0) // only the title answers
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
		size := func(i int) int { return max(1, ix.units[r.at[i]].words) }
		low, high, n := i, i, size(i)
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
				n += size(low)
			case up:
				high++
				taken[high] = true
				n += size(high)
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

// hits are the meeting's best passages.
func (s *search) hits(ctx context.Context, m *loaded, most int, top float64) ([]Hit, error) {
	all := m.index.windows(m.ranked, most, top, func(u int) bool { return m.barred[u] })
	if len(all) == 0 {
		return nil, nil
	}
	if err := s.read(ctx, m); err != nil {
		return nil, err
	}
	hits := make([]Hit, len(all))
	for i, w := range all {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		hits[i] = m.index.hit(w, m.turns)
		hits[i].Meeting = m.entry
	}
	return hits, nil
}

// best is the score of the hit's best turn.
func (h Hit) best() float64 {
	best := 0.0
	for _, t := range h.Turns {
		best = max(best, t.Score)
	}
	return best
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
		cut.Text, cut.Speaker, cut.Lang = strings.Clone(strings.TrimSpace(turn.Text[from:to])), strings.Clone(turn.Speaker), strings.Clone(turn.Lang) // the rest need not stay in memory
		h.Text = append(h.Text, cut)
		if score, scored := w.scores[piece.turn]; scored {
			h.Turns = append(h.Turns, ScoredTurn{turn.Index, score})
		}
		if !slices.Contains(h.Speakers, cut.Speaker) {
			h.Speakers = append(h.Speakers, cut.Speaker)
		}
	}
	h.First, h.Last = h.Text[0].Index, h.Text[len(h.Text)-1].Index
	h.Start, h.End = h.Text[0].Start, h.Text[len(h.Text)-1].End
	for _, t := range h.Text {
		h.Start, h.End = min(h.Start, t.Start), max(h.End, t.End)
	}
	return h
}
