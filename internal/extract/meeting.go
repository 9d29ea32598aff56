// Package extract picks the sentences of a meeting that say most, and those that
// look like tasks, decisions and open questions. It understands nothing: it counts
// words and knows some phrases, so that the same meeting always gives the same.
package extract

import (
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

// Meeting is what was said, made ready to pick from. What was picked once is
// not picked again.
type Meeting struct {
	turns     []transcript.Turn
	languages []string // of each turn
	units     []unit
	spoke     []int             // words of the units of each turn
	people    map[string]string // speakers by the parts of their names
	polite    []polite

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

// Read makes a meeting ready. No sentence will have more words than limit.
func Read(turns []transcript.Turn, limit int) *Meeting {
	m := &Meeting{turns: turns, languages: words.Languages(turns), people: map[string]string{},
		tongues: map[string]*tongue{}, terms: map[string]int{}}
	m.meet()
	if m.cut(limit, leastWords, leastTerms); len(m.units) == 0 { // it says little, but it is all there is
		m.cut(limit, 1, 0)
	}
	m.weigh()
	m.covered, m.picked = make([]int, len(m.weights)), make([]bool, len(m.units))
	return m
}

// Focus makes what is picked from now on answer a question. It reports whether
// any word of the question was said; without one nothing changes.
func (m *Meeting) Focus(question string) bool {
	m.related = m.relevance(question)
	return m.related != nil
}

func (m *Meeting) sentence(i int) Sentence {
	u := &m.units[i]
	return Sentence{u.turn, u.quote, u.text, u.length}
}

// cut makes the units, but for those that say less than so much.
func (m *Meeting) cut(limit, leastWords, leastTerms int) {
	m.spoke = make([]int, len(m.turns))
	for i, turn := range m.turns {
		t := m.tongue(i)
		for _, quote := range t.sentences(turn.Text, limit) {
			u := unit{turn: i, quote: quote}
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
