package summarize

import (
	"slices"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

// meeting is what was said, made ready to pick from.
type meeting struct {
	turns     []transcript.Turn
	languages []string // of each turn
	units     []unit
	spoke     []int // words of the units of each turn

	lexicons map[string]*words.Lexicon
	terms    map[string]int
	unsure   []bool // of each term: whether it may be a stop word

	weights []float64 // of each concept
	covered []int     // how often each concept was picked
	picked  []bool    // each unit
}

// read makes units of a meeting, none of more words than limit.
func read(turns []transcript.Turn, limit int) *meeting {
	m := &meeting{turns: turns, languages: words.Languages(turns), lexicons: map[string]*words.Lexicon{}, terms: map[string]int{}}
	if m.cut(limit, leastWords, leastTerms); len(m.units) == 0 { // it says little, but it is all there is
		m.cut(limit, 1, 0)
	}
	m.weigh()
	m.covered, m.picked = make([]int, len(m.weights)), make([]bool, len(m.units))
	return m
}

// cut makes the units, but for those that say less than so much.
func (m *meeting) cut(limit, leastWords, leastTerms int) {
	m.spoke = make([]int, len(m.turns))
	for i, turn := range m.turns {
		language := m.languages[i]
		for _, quote := range sentences(turn.Text, language, limit) {
			u := unit{turn: i, quote: quote}
			u.text, u.spoken = tidy(quote, language)
			u.length = wordsIn(u.text)
			if u.length < leastWords*dense(u.text) || u.length > limit || len(u.text) > widestWord*u.length || u.asks() && u.length < 3*leastWords/2 {
				continue
			}
			m.lexicon(language).Subjects(words.Plain(u.text), func(term string) {
				u.terms = append(u.terms, m.term(term, language))
			})
			if different(u.terms) < leastTerms {
				continue
			}
			m.spoke[i] += u.length
			m.units = append(m.units, u)
		}
	}
	for i := range m.units {
		m.units[i].place = float64(i) / float64(max(1, len(m.units)-1))
	}
}

func (m *meeting) lexicon(language string) *words.Lexicon {
	x := m.lexicons[language]
	if x == nil {
		x = words.NewLexicon(language)
		m.lexicons[language] = x
	}
	return x
}

// term numbers the terms.
func (m *meeting) term(term, language string) int {
	id, known := m.terms[term]
	if !known {
		id = len(m.terms)
		m.terms[term] = id
		m.unsure = append(m.unsure, !m.lexicon(language).Selective())
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
