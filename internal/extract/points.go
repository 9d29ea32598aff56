package extract

import "context"

const (
	longTurn   = 60  // words: what is said in turns as long counts double
	questions  = 0.6 // what a question counts
	start, end = 0.05, 0.07
	atStart    = 1.5 // what is added to the first unit, and less and less to others at the start
	atEnd      = 0.2
	apart      = 0.2 // the relevance to a question below which nothing is picked
)

// Points picks what a summary says, in order of time.
func (m *Meeting) Points(ctx context.Context, budget int) ([]Sentence, error) {
	bonus := make([]float64, len(m.units))
	err := m.each(ctx, func(i int, u *unit) {
		bonus[i] = 1 + min(1, float64(m.spoke[u.turn])/longTurn)
		if u.asks() {
			bonus[i] *= questions
		}
	})
	if err != nil {
		return nil, err
	}
	if m.related == nil {
		m.opening(bonus)
	}
	return m.covering(ctx, budget, bonus, 0)
}

// covering is cover among the units that have to do with the question.
func (m *Meeting) covering(ctx context.Context, budget int, bonus []float64, base float64) ([]Sentence, error) {
	picked, err := m.cover(ctx, budget, m.near(bonus), base)
	all := make([]Sentence, len(picked))
	for k, i := range picked {
		all[k] = m.sentence(i)
	}
	return all, err
}

// opening raises the beginning, where people say what they are about to do, and
// the end, where they say what they did.
func (m *Meeting) opening(bonus []float64) {
	for i, u := range m.units {
		switch {
		case u.place < start:
			bonus[i] *= 1 + atStart*(1-u.place/start)
		case u.place > 1-end:
			bonus[i] *= 1 + atEnd
		}
	}
}

// near multiplies what each unit is worth by what it has to do with the
// question, and leaves out those that have little.
func (m *Meeting) near(bonus []float64) []float64 {
	for i, related := range m.related {
		if bonus[i] *= related; related < apart {
			bonus[i] = 0
		}
	}
	return bonus
}
