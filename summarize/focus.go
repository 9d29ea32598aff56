package summarize

import (
	"math"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/words"
)

const (
	saturation = 1.2  // k1 of BM25
	longTurns  = 0.75 // b of BM25
	spread     = 3    // turns before and after
	share      = 0.5  // of a turn's relevance that its neighbours have
	sharpness  = 3    // the power to which relevance counts
)

// relevance says how much each unit has to do with a question, 1 for those of
// the turn that has most to do with it. It is nil when no word of it was said.
func (m *meeting) relevance(focus string) []float64 {
	own := m.match(m.asked(focus))
	near := make([]float64, len(own))
	for i := range own {
		near[i] = own[i]
		for d := 1; d <= spread; d++ {
			if i >= d {
				near[i] += share / float64(d) * own[i-d]
			}
			if i+d < len(own) {
				near[i] += share / float64(d) * own[i+d]
			}
		}
	}
	best := slices.Max(near)
	if best == 0 {
		return nil
	}
	all := make([]float64, len(m.units))
	for i, u := range m.units {
		all[i] = math.Pow(near[u.turn]/best, sharpness)
	}
	return all
}

// asked are the terms of a question, without those that only ask if there are
// others.
func (m *meeting) asked(focus string) []string {
	plain := words.Plain(focus)
	languages := slices.Clone(m.languages)
	if language, lead := words.NewDetector().Detect(plain); lead >= 1 {
		languages = append(languages, language)
	}
	slices.Sort(languages)
	for _, run := range words.AskRuns() {
		plain = strings.ReplaceAll(plain, run, " ")
	}
	var strong, weak []string
	for _, language := range slices.Compact(languages) {
		x := m.lexicon(language)
		asks := map[string]bool{}
		for word := range strings.FieldsSeq(words.AskWords(language)) {
			asks[x.Term(word)] = true
		}
		x.Subjects(plain, func(term string) {
			if asks[term] {
				weak = append(weak, term)
			} else {
				strong = append(strong, term)
			}
		})
	}
	if len(strong) == 0 {
		strong = weak
	}
	slices.Sort(strong)
	return slices.Compact(strong)
}

// match is the BM25 of each turn for some terms. A speaker's name counts as said
// in each of their turns.
func (m *meeting) match(asked []string) []float64 {
	place := map[string]int{}
	for i, term := range asked {
		place[term] = i
	}
	count := make([][]float64, len(m.turns)) // of each term asked for
	length := make([]float64, len(m.turns))
	in := make([]float64, len(asked))
	total := 0.0
	for i, turn := range m.turns {
		count[i] = make([]float64, len(asked))
		for _, text := range []string{turn.Speaker, turn.Text} {
			m.lexicon(m.languages[i]).Subjects(words.Plain(text), func(term string) {
				length[i]++
				if j, is := place[term]; is {
					count[i][j]++
				}
			})
		}
		total += length[i]
		for j, n := range count[i] {
			in[j] += min(n, 1)
		}
	}
	scores := make([]float64, len(m.turns))
	turns := float64(len(m.turns))
	for i := range m.turns {
		for j, n := range count[i] {
			rare := math.Log(1 + (turns-in[j]+0.5)/(in[j]+0.5))
			scores[i] += rare * n * (saturation + 1) / (n + saturation*(1-longTurns+longTurns*length[i]*turns/max(1, total)))
		}
	}
	return scores
}
