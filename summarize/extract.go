package summarize

import (
	"cmp"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

const defaultWords = 150

// Extract condenses a meeting to sentences that were said in it, as they were
// said, without a model.
func Extract(r Request) (Summary, error) {
	began := time.Now()
	if transcript.Words(r.Turns) == 0 {
		return Summary{}, ErrNothingSaid
	}
	budget := cmp.Or(r.MaxWords, defaultWords)
	s := Summary{Engine: EngineExtractive, Kind: cmp.Or(r.Kind, Overview), Points: []Point{},
		Coverage: Coverage{TurnsTotal: len(r.Turns), TurnsRead: len(r.Turns), Share: 1}}
	m := read(r.Turns, budget)
	bonus := m.worth()
	near := m.opening()
	if r.Focus != "" {
		if found := m.relevance(r.Focus); found != nil {
			near = found
		}
	}
	for i := range bonus {
		bonus[i] *= near[i]
	}
	for _, i := range m.cover(budget, bonus) {
		s.Points = append(s.Points, m.point(i))
	}
	s.Usage.Seconds = time.Since(began).Seconds()
	return s, nil
}

// worth is the bonus of each unit in a summary of the whole meeting.
func (m *meeting) worth() []float64 {
	cues := map[string]cues{}
	bonus := make([]float64, len(m.units))
	for i := range m.units {
		u := &m.units[i]
		language := m.languages[u.turn]
		c, known := cues[language]
		if !known {
			c = cuesOf(language)
			cues[language] = c
		}
		bonus[i] = 1 + min(1, float64(m.spoke[u.turn])/60)
		bonus[i] *= 1 + 0.2*float64(c.topics.in(u.spoken, 2))
		if u.asks() || c.asides.begin(u.spoken) || c.vague.in(u.spoken, 1) > 0 {
			bonus[i] *= 0.6
		}
	}
	return bonus
}

// opening is what the place of each unit is worth: at the beginning people say
// what they are about to do, and at the end what they did.
func (m *meeting) opening() []float64 {
	bonus := make([]float64, len(m.units))
	for i, u := range m.units {
		bonus[i] = 1
		switch {
		case u.place < 0.05:
			bonus[i] = 1 + 1.5*(1-u.place/0.05)
		case u.place > 0.93:
			bonus[i] = 1.2
		}
	}
	return bonus
}

func (m *meeting) point(i int) Point {
	u := &m.units[i]
	turn := m.turns[u.turn]
	return Point{u.text, []Evidence{{Quote: u.quote, Speaker: turn.Speaker, Start: turn.Start, Turn: turn.Index}}}
}
