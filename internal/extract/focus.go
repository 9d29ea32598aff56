package extract

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/words"
)

const (
	saturation = 1.2  // k1 of BM25
	lengthwise = 0.75 // b of BM25
	around     = 75   // words before and after a unit that tell what it is about
	sharpness  = 3    // the power to which that counts
	spelledOut = 2    // what it adds that a unit itself has all terms of the question
	mostAsked  = 48   // terms of a question that are looked for
)

// relevance says how much each unit has to do with a question: by the BM25 of
// what was said around it, and by the terms that it has itself. A speaker's name
// counts as said by them. It is nil when no term of the question was said.
func (m *Meeting) relevance(ctx context.Context, focus string) ([]float64, error) {
	asked := m.asked(focus)
	if len(m.units) == 0 {
		return nil, nil
	}
	own, names := make([]tally, len(m.units)), make([]tally, len(m.units))
	err := m.each(ctx, func(i int, u *unit) {
		own[i], names[i] = m.count(asked, u.text, u.turn), m.count(asked, m.turns[u.turn].Speaker, u.turn)
	})
	if err != nil {
		return nil, err
	}
	near := make([]tally, len(m.units))
	average := 0.0
	in := make([]float64, len(asked))
	err = m.each(ctx, func(i int, _ *unit) {
		near[i] = m.surroundings(own, i)
		near[i].add(names[i])
		average += near[i].length / float64(len(m.units))
		for j, n := range near[i].times {
			in[j] += min(n, 1)
		}
	})
	if err != nil {
		return nil, err
	}
	rare := make([]float64, len(asked))
	for j := range rare {
		rare[j] = math.Log(1 + (float64(len(m.units))-in[j]+0.5)/(in[j]+0.5))
	}
	scores, has := make([]float64, len(m.units)), make([]float64, len(m.units))
	for i := range m.units {
		for j, n := range near[i].times {
			scores[i] += rare[j] * n * (saturation + 1) / (n + saturation*(1-lengthwise+lengthwise*near[i].length/max(1, average)))
		}
		for j, n := range own[i].times {
			has[i] += rare[j] * min(n+names[i].times[j], 1)
		}
	}
	best, most := slices.Max(scores), max(slices.Max(has), 1e-9)
	if best == 0 {
		return nil, nil
	}
	for i := range scores {
		scores[i] = math.Pow(scores[i]/best, sharpness) * (1 + spelledOut*has[i]/most)
	}
	return scores, nil
}

// tally is how often each term of a question was said, of how many terms.
type tally struct {
	times  []float64
	length float64
}

func (t *tally) add(other tally) {
	for j, n := range other.times {
		t.times[j] += n
	}
	t.length += other.length
}

func (m *Meeting) count(asked []string, text string, turn int) tally {
	t := tally{times: make([]float64, len(asked))}
	m.tongue(turn).lexicon.Subjects(words.Plain(text), func(term string) {
		t.length++
		if j, found := slices.BinarySearch(asked, term); found {
			t.times[j]++
		}
	})
	return t
}

// surroundings adds up what was said from some words before a unit to some after.
func (m *Meeting) surroundings(own []tally, i int) tally {
	t := tally{times: make([]float64, len(own[i].times))}
	t.add(own[i])
	for step := -1; step <= 1; step += 2 {
		said := m.units[i].length / 2
		for k := i + step; k >= 0 && k < len(m.units) && said < around; k += step {
			t.add(own[k])
			said += m.units[k].length
		}
	}
	return t
}

// asked are the terms of a question in each language that was spoken and in its
// own, without those that only ask if there are others.
func (m *Meeting) asked(question string) []string {
	plain := words.Plain(question)
	var lexicons []*words.Lexicon
	for _, t := range m.tongues {
		lexicons = append(lexicons, t.lexicon)
	}
	if language, lead := words.NewDetector().Detect(plain); lead >= 1 && m.tongues[language] == nil {
		lexicons = append(lexicons, words.NewLexicon(language))
	}
	for _, run := range words.AskRuns() {
		plain = strings.ReplaceAll(plain, run, " ")
	}
	var strong, weak []string
	for _, x := range lexicons {
		x.Subjects(plain, func(term string) {
			if x.Asks(term) {
				weak = append(weak, term)
			} else {
				strong = append(strong, term)
			}
		})
	}
	if len(strong) == 0 {
		strong = weak
	}
	strong = strong[:min(len(strong), mostAsked)]
	slices.Sort(strong)
	return slices.Compact(strong)
}
