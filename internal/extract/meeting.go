// Package extract picks the sentences of a meeting that say most, and those that
// look like tasks, decisions and open questions. It understands nothing: it counts
// words and knows some phrases, so that the same meeting always gives the same.
package extract

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// Meeting is what was said, made ready to pick from. What was picked once is
// not picked again.
type Meeting struct {
	turns     []transcript.Turn
	languages []string // of each turn
	units     []unit
	spoke     []int             // words of the units of each turn
	people    map[string]string // speakers by the parts of their names
	polite    map[string]string // speakers by what they are called in Japanese

	tongues       map[string]*tongue
	unspacedDates *regexp.Regexp
	terms         map[string]int
	unsure        []bool // of each term: whether it may be a stop word

	weights []float64 // of each concept
	related []float64 // each unit to the question; nil without one
	covered []int     // how often each concept was picked
	picked  []bool    // each unit
}

// Sentence is one that was said.
type Sentence struct {
	Turn  int    // its place in the turns
	Quote string // as it stands there
	Text  string // as one would write it
	Words int    // of the text
}

// Read makes a meeting ready. No sentence will have more words than limit. Like
// all that picks from the meeting, it fails only when ctx ends.
func Read(ctx context.Context, turns []transcript.Turn, limit int) (*Meeting, error) {
	m := &Meeting{turns: turns, languages: words.Languages(turns), people: map[string]string{}, polite: map[string]string{},
		tongues: map[string]*tongue{}, terms: map[string]int{}}
	m.meet()
	err := m.cut(ctx, limit, leastWords, leastTerms)
	if err == nil && len(m.units) == 0 { // it says little, but it is all there is
		err = m.cut(ctx, limit, 1, 0)
	}
	if err == nil {
		err = m.weigh(ctx)
	}
	m.covered, m.picked = make([]int, len(m.weights)), make([]bool, len(m.units))
	return m, err
}

// each calls do with every unit, and looks at the context on the way.
func (m *Meeting) each(ctx context.Context, do func(i int, u *unit)) error {
	for i := range m.units {
		if i%checkEvery == 0 {
			if err := work.Check(ctx); err != nil {
				return err
			}
		}
		do(i, &m.units[i])
	}
	return nil
}

// checkEvery is how many units are looked at before the context is.
const checkEvery = 64

// Focus makes what is picked from now on answer a question. It reports whether
// any word of the question was said; without one nothing changes.
func (m *Meeting) Focus(ctx context.Context, question string) (said bool, err error) {
	m.related, err = m.relevance(ctx, question)
	return m.related != nil, err
}

func (m *Meeting) sentence(i int) Sentence {
	u := &m.units[i]
	return Sentence{u.turn, u.quote, u.text, u.length}
}

// cut makes the units, but for those that say less than so much.
func (m *Meeting) cut(ctx context.Context, limit, leastWords, leastTerms int) error {
	m.spoke = make([]int, len(m.turns))
	n := 0
	for i, turn := range m.turns {
		t := m.tongue(i)
		at := 0
		for quote := range t.sentences(turn.Text, limit) {
			if n++; n%checkEvery == 0 {
				if err := work.Check(ctx); err != nil {
					return err
				}
			}
			at += strings.Index(turn.Text[at:], quote) + len(quote)
			u := unit{turn: i, end: at, quote: quote}
			u.text, u.spoken = t.tidy(quote)
			u.length = wordsIn(u.text)
			if u.length < leastWords*dense(u.text) || u.length > limit || utf8.RuneCountInString(u.text) > widestWord*u.length || u.asks() && u.length < 3*leastWords/2 {
				continue
			}
			t.lexicon.Subjects(words.Plain(u.text), func(term string) {
				if !t.numeral(term) {
					u.terms = append(u.terms, m.term(term, t))
				}
			})
			if different(u.terms) < leastTerms {
				continue
			}
			u.does = t.hear(u.spoken)
			m.spoke[i] += u.length
			m.units = append(m.units, u)
		}
	}
	for i := range m.units {
		m.units[i].place = float64(i) / float64(max(1, len(m.units)-1))
	}
	return nil
}

// tongue is the one of the language that a turn is in.
func (m *Meeting) tongue(turn int) *tongue {
	language := m.languages[turn]
	t := m.tongues[language]
	if t == nil {
		t = tongueOf(language)
		m.tongues[language] = t
	}
	return t
}

// term numbers the terms.
func (m *Meeting) term(term string, t *tongue) int {
	id, known := m.terms[term]
	if !known {
		id = len(m.terms)
		m.terms[term] = id
		m.unsure = append(m.unsure, !t.lexicon.Selective())
	}
	return id
}

func different(terms []int) int {
	n := 0
	for i, term := range terms {
		if !slices.Contains(terms[:i], term) {
			n++
		}
	}
	return n
}
