package summarize

import (
	"slices"

	"github.com/meetmcp/meetmcp/internal/work"
)

// Limits of how far a quote may be from what the transcript has, for which
// recognition is to blame, or spelling.
const (
	mostNearWords = 120    // of a quote that is looked for
	mostWindows   = 8      // places that are looked at
	mostVotes     = 20_000 // of words for places
	mostChanged   = 0.3    // of the words; of those that tell something, a third
)

// near finds the place that is likest to a quote, if one is like it. What stands
// there of numbers, names, negations and hedges must be in the quote, too.
func (h *hearing) near(quote []token, cited int) (match, bool) {
	if len(quote) > mostNearWords || letters(quote) < 2*(leastWords+1) {
		return match{}, false
	}
	best, least := match{}, mostChanged*float64(len(quote))
	found := false
	for _, at := range h.windows(quote, cited) {
		if h.err = work.Check(h.ctx); h.err != nil {
			return match{}, false
		}
		m, cost := h.align(quote, at)
		if cost < least || cost == least && !found {
			best, least, found = m, cost, true
		}
	}
	if !found {
		return match{}, false
	}
	telling, lost := 0, 0
	for _, t := range quote {
		if h.tells(t) {
			telling++
			if slices.Contains(best.changed, t.fold) {
				lost++
			}
		}
	}
	return best, lost <= max(1, telling/3) && best.from() < best.to()
}

// windows are where most words of a quote stand about as far from each other as
// in the quote, the cited turn among them.
func (c *Checker) windows(quote []token, cited int) []span {
	const step = 4
	order := make([]int, 0, len(quote)) // the rarest word first
	for i, t := range quote {
		if t.mark&skips == 0 && len(c.at.placesOf(t.fold)) <= len(c.tokens)/20+50 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(c.at.placesOf(quote[a].fold)) - len(c.at.placesOf(quote[b].fold)) })
	votes, cast := map[int]float64{}, 0
	for _, i := range order {
		places := c.at.placesOf(quote[i].fold)
		if cast += len(places); cast > mostVotes && len(votes) > 0 {
			break
		}
		for _, at := range places[:min(len(places), mostVotes)] {
			votes[(int(at)-i+len(quote))/step] += 1 / float64(len(places)+4)
		}
	}
	buckets := make([]int, 0, len(votes))
	for b := range votes {
		buckets = append(buckets, b)
	}
	slices.SortFunc(buckets, func(a, b int) int {
		if score := votes[b] + votes[b+1] - votes[a] - votes[a+1]; score != 0 {
			if score > 0 {
				return 1
			}
			return -1
		}
		return a - b
	})
	var all []span
	slack := len(quote)/2 + step
	for _, b := range buckets[:min(len(buckets), mostWindows)] {
		start := b*step - len(quote)
		all = append(all, span{max(0, start-slack), min(len(c.tokens), start+len(quote)+slack+step)})
	}
	if cited >= 0 {
		all = append(all, span{c.first[cited], min(c.first[cited+1], c.first[cited]+4*mostNearWords)})
	}
	return all
}

// alignment is a quote held against some words of the transcript: cost[i][j]
// is that of the quote's first i words over what ends with the j-th.
type alignment struct {
	*Checker
	said, quote []token
	cost        [][]float64
}

const impossible = 1e6

// align finds the words of a window, of one speaker, that are likest to a quote,
// and how many words must be changed to make the quote of them.
func (c *Checker) align(quote []token, window span) (match, float64) {
	best, least := match{}, float64(impossible)
	for from := window.from; from < window.to; {
		to := min(window.to, c.end(from))
		a := c.newAlignment(c.tokens[from:to], quote)
		last := a.cost[len(quote)]
		end := 0
		for j := range last {
			if last[j] < last[end] {
				end = j
			}
		}
		if last[end] < least {
			begin, changed := a.trace(end)
			least = last[end]
			best = match{spans: []span{{from + begin, from + end}}, changed: changed}
		}
		from = to
	}
	return best, least
}

func (c *Checker) newAlignment(said, quote []token) *alignment {
	a := &alignment{c, said, quote, make([][]float64, len(quote)+1)}
	for i := range a.cost {
		a.cost[i] = make([]float64, len(said)+1)
		for j := range a.cost[i] {
			if i > 0 {
				a.cost[i][j], _, _ = a.step(i, j)
			}
		}
	}
	return a
}

// step answers the least cost up to a place, and the place it comes from.
func (a *alignment) step(i, j int) (cost float64, fromI, fromJ int) {
	cost = impossible
	try := func(price float64, di, dj int) {
		if i >= di && j >= dj && a.cost[i-di][j-dj]+price < cost {
			cost, fromI, fromJ = a.cost[i-di][j-dj]+price, i-di, j-dj
		}
	}
	q := a.quote[i-1]
	if j > 0 {
		s := a.said[j-1]
		switch {
		case s.fold == q.fold, a.sameNumber(s, q):
			try(0, 1, 1)
		default:
			try(changing(s, q), 1, 1)
		}
		if j > 1 && a.said[j-2].fold+s.fold == q.fold {
			try(0, 1, 2)
		}
		if i > 1 && a.quote[i-2].fold+q.fold == s.fold {
			try(0, 2, 1)
		}
		try(leaving(s), 0, 1)
	}
	try(leaving(q), 1, 0)
	return cost, fromI, fromJ
}

// changing is what it costs to take what is said for another word of a quote.
// Recognition gets names and numbers wrong, and what sounds like a "not".
func changing(said, quote token) float64 {
	switch both := said.mark & quote.mark & firm; {
	case both != 0, said.mark&(negates|hedges) != 0:
		return impossible
	case (said.mark|quote.mark)&(firm&^modal) != 0:
		return 2.5
	}
	return 1
}

// leaving is what it costs to leave a word out.
func leaving(t token) float64 {
	switch {
	case t.mark&skips != 0:
		return 0
	case t.mark&firm != 0:
		return impossible
	}
	return 1
}

// trace goes back from the alignment's end to where it begins, and tells which
// words of the quote the transcript does not have there.
func (a *alignment) trace(end int) (begin int, changed []string) {
	i, j := len(a.quote), end
	for i > 0 {
		cost, fromI, fromJ := a.step(i, j)
		if fromI < i && cost > a.cost[fromI][fromJ] {
			changed = append(changed, a.quote[i-1].fold)
		}
		i, j = fromI, fromJ
	}
	slices.Reverse(changed)
	return j, changed
}
