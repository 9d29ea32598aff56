package extract

import (
	"container/heap"
	"context"
	"math"
	"slices"

	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	rareness = 1.4  // the power to which a concept's rareness counts
	pairing  = 2.25 // what a pair of terms weighs beside terms
	again    = 0.2  // what a concept is worth each further time
	brevity  = 0.8  // the power to which a unit's length counts against it
	terse    = 10   // words: a shorter unit counts as long, or a summary is all scraps
	faint    = 0.02 // what a term weighs that is said once
	frequent = 0.15 // of the units: a term in more is grammar, where stop words are not known
)

// weigh finds the concepts of each unit and what they say: terms, and pairs of
// neighbouring terms. One that is said often, but in few units, says most.
func (m *Meeting) weigh(ctx context.Context) error {
	said, in := make([]float64, len(m.terms)), make([]float64, len(m.terms))
	together := map[[2]int]int{}
	err := m.each(ctx, func(_ int, u *unit) {
		u.cost = math.Pow(float64(max(terse*dense(u.text), u.length)), brevity)
		u.concepts = slices.Compact(slices.Sorted(slices.Values(u.terms)))
		for _, term := range u.terms {
			said[term]++
		}
		for _, term := range u.concepts {
			in[term]++
		}
		for _, pair := range neighbours(u.terms) {
			together[pair]++
		}
	})
	if err != nil {
		return err
	}
	rare := make([]float64, len(m.terms))
	m.weights = make([]float64, len(m.terms), 2*len(m.terms))
	for term := range rare {
		rare[term] = math.Log(1 + float64(len(m.units))/max(in[term], 1))
		switch {
		case m.unsure[term] && in[term] > max(3, frequent*float64(len(m.units))):
			rare[term] = 0
		case said[term] < 2:
			m.weights[term] = faint * math.Pow(rare[term], rareness)
			rare[term] = 0
		default:
			m.weights[term] = said[term] * math.Pow(rare[term], rareness)
		}
	}
	ids := map[[2]int]int{}
	return m.each(ctx, func(_ int, u *unit) {
		for _, pair := range neighbours(u.terms) {
			worth := math.Sqrt(rare[pair[0]] * rare[pair[1]])
			if together[pair] < 2 || worth == 0 {
				continue
			}
			id, known := ids[pair]
			if !known {
				id = len(m.weights)
				ids[pair] = id
				m.weights = append(m.weights, pairing*float64(together[pair])*math.Pow(worth, rareness))
			}
			u.concepts = append(u.concepts, id)
		}
	})
}

// neighbours are the pairs of terms that follow each other, each once.
func neighbours(terms []int) [][2]int {
	var all [][2]int
	for i := 1; i < len(terms); i++ {
		if pair := [2]int{terms[i-1], terms[i]}; !slices.Contains(all, pair) {
			all = append(all, pair)
		}
	}
	return all
}

// cover picks units that together say most in at most so many words: always the
// one with the most for its length that is not said yet, times its bonus. Each
// says base besides its concepts. Units without a bonus are left out.
func (m *Meeting) cover(ctx context.Context, budget int, bonus []float64, base float64) (picked []int, err error) {
	gain := func(i int) float64 {
		sum := base
		for _, concept := range m.units[i].concepts {
			sum += m.weights[concept] * math.Pow(again, float64(m.covered[concept]))
		}
		return sum * bonus[i] / m.units[i].cost
	}
	var queue candidates
	err = m.each(ctx, func(i int, u *unit) {
		if bonus[i] > 0 && !m.picked[i] && u.length <= budget {
			queue = append(queue, candidate{i, gain(i)})
		}
	})
	if err != nil {
		return nil, err
	}
	heap.Init(&queue)
	for step := 0; len(queue) > 0; step++ {
		if step%checkEvery == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
		}
		best := queue[0]
		if m.units[best.unit].length > budget {
			heap.Pop(&queue)
			continue
		}
		if now := gain(best.unit); now < best.gain { // it has been covered since
			queue[0].gain = now
			heap.Fix(&queue, 0)
			continue
		}
		heap.Pop(&queue)
		m.picked[best.unit] = true
		picked = append(picked, best.unit)
		budget -= m.units[best.unit].length
		for _, concept := range m.units[best.unit].concepts {
			m.covered[concept]++
		}
	}
	slices.Sort(picked)
	return picked, nil
}

// usual is what a unit says on average.
func (m *Meeting) usual() float64 {
	sum := 0.0
	for _, u := range m.units {
		for _, concept := range u.concepts {
			sum += m.weights[concept]
		}
	}
	return max(sum/float64(max(1, len(m.units))), 1e-9)
}

// candidate is a unit and what it had to add when that was last worked out,
// which only shrinks.
type candidate struct {
	unit int
	gain float64
}

// candidates is a heap, the best one first.
type candidates []candidate

func (c candidates) Len() int { return len(c) }
func (c candidates) Less(i, j int) bool {
	return c[i].gain > c[j].gain || c[i].gain == c[j].gain && c[i].unit < c[j].unit
}
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *candidates) Push(x any)   { *c = append(*c, x.(candidate)) }

func (c *candidates) Pop() any {
	old := *c
	last := old[len(old)-1]
	*c = old[:len(old)-1]
	return last
}
