package extract

const (
	longTurn = 60 // words: in turns as long, sentences count double
	start    = 0.05
	end      = 0.07
)

// Points picks what a summary says, in order of time.
func (m *Meeting) Points(budget int) []Sentence {
	bonus := m.worth()
	if m.related == nil {
		m.opening(bonus)
	}
	var all []Sentence
	for _, i := range m.cover(budget, m.near(bonus, 0), 0) {
		all = append(all, m.sentence(i))
	}
	return all
}

// worth is the bonus of each unit for what it does and how long its turn is.
func (m *Meeting) worth() []float64 {
	bonus := make([]float64, len(m.units))
	for i := range m.units {
		u := &m.units[i]
		bonus[i] = (1 + min(1, float64(m.spoke[u.turn])/longTurn)) * (1 + 0.2*float64(min(2, u.topics)))
		if u.asks() || u.does&(aside|vague) != 0 {
			bonus[i] *= 0.6
		}
	}
	return bonus
}

// opening raises the beginning, where people say what they are about to do, and
// the end, where they say what they did.
func (m *Meeting) opening(bonus []float64) {
	for i, u := range m.units {
		switch {
		case u.place < start:
			bonus[i] *= 1 + 1.5*(1-u.place/start)
		case u.place > 1-end:
			bonus[i] *= 1.2
		}
	}
}

// near multiplies what each unit is worth by what it has to do with the
// question, and leaves out those that have less to do with it than so much.
func (m *Meeting) near(bonus []float64, least float64) []float64 {
	for i, related := range m.related {
		if bonus[i] *= related; related < least {
			bonus[i] = 0
		}
	}
	return bonus
}
