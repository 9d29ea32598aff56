package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

const mishearings = 5 // of each meeting, as one alone says little

// scores are of all meetings, each from 0 to 1.
type scores struct {
	one, two, long, longSum, cited, supported, parts, heard []float64 // of a meeting
	answers, inside                                         []float64 // of a question
}

func (all *scores) add(m meeting, words, focusWords int) error {
	s, err := summarize.Extract(context.Background(), summarize.Request{Turns: m.turns, MaxWords: words})
	if err != nil {
		return err
	}
	gold := m.gold.General[0].Answer
	r := compare(text(s), gold)
	all.one, all.two, all.long, all.longSum = append(all.one, r.one), append(all.two, r.two), append(all.long, r.long), append(all.longSum, r.longSum)
	if evidence := m.evidence(); len(evidence) > 0 {
		cited, supported := supports(turnsOf(s), evidence)
		all.cited, all.supported = append(all.cited, cited), append(all.supported, supported)
		if s, err = inParts(summarize.Request{Turns: m.turns, MaxWords: words}); err != nil {
			return err
		}
		cited, _ = supports(turnsOf(s), evidence)
		all.parts = append(all.parts, cited)
	}
	sum := 0.0
	for seed := range uint64(mishearings) {
		if s, err = summarize.Extract(context.Background(), summarize.Request{Turns: misheard(m.turns, seed), MaxWords: words}); err != nil {
			return err
		}
		sum += compare(text(s), gold).one
	}
	all.heard = append(all.heard, sum/mishearings)
	for _, q := range m.gold.Queries {
		if s, err = summarize.Extract(context.Background(), summarize.Request{Turns: m.turns, MaxWords: focusWords, Focus: q.Query}); err != nil {
			return err
		}
		all.answers = append(all.answers, compare(text(s), q.Answer).one)
		if len(q.Turns) > 0 {
			all.inside = append(all.inside, within(s, q.Turns))
		}
	}
	return nil
}

// report scores the meetings and prints the table.
func report(out io.Writer, meetings []meeting, words, focusWords int) error {
	var all scores
	for _, m := range meetings {
		if err := all.add(m, words, focusWords); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%-42s  mean   95 %% interval\n", fmt.Sprintf("Meetings: %d. Words: %d", len(meetings), words))
	row := func(name string, scores []float64) {
		if len(scores) > 0 {
			mean, low, high := interval(scores)
			fmt.Fprintf(out, "%-42s %5.1f   %.1f to %.1f\n", name, 100*mean, 100*low, 100*high)
		}
	}
	row("ROUGE-1", all.one)
	row("ROUGE-2", all.two)
	row("ROUGE-L", all.long)
	row("ROUGE-L by sentence", all.longSum)
	row("cited turns that are evidence", all.cited)
	row("the same, read in parts by a model", all.parts)
	row("gold sentences supported", all.supported)
	row("ROUGE-1, with recognition errors", all.heard)
	fmt.Fprintf(out, "\nQuestions: %d. Words: %d\n", len(all.answers), focusWords)
	row("ROUGE-1", all.answers)
	row("words inside the turns that answer", all.inside)
	return nil
}

func text(s summarize.Summary) string {
	var all []string
	for _, p := range s.Points {
		all = append(all, p.Text)
	}
	return strings.Join(all, "\n")
}

func turnsOf(s summarize.Summary) []int {
	var all []int
	for _, p := range s.Points {
		for _, e := range p.Evidence {
			all = append(all, e.Turn)
		}
	}
	return all
}

// evidence is, for each sentence of the gold summary that has any, the turns
// that support it.
func (m meeting) evidence() [][]int {
	var all [][]int
	for _, e := range m.gold.General[0].Evidence {
		if turns := append(slices.Clone(e.Complete), e.Partial...); len(turns) > 0 {
			all = append(all, turns)
		}
	}
	return all
}

// supports is the share of the cited turns that are evidence of anything, and of
// the gold sentences that have a cited turn as evidence.
func supports(cited []int, evidence [][]int) (precision, recall float64) {
	for _, turn := range cited {
		if slices.ContainsFunc(evidence, func(turns []int) bool { return slices.Contains(turns, turn) }) {
			precision++
		}
	}
	for _, turns := range evidence {
		if slices.ContainsFunc(turns, func(turn int) bool { return slices.Contains(cited, turn) }) {
			recall++
		}
	}
	return precision / max(1, float64(len(cited))), recall / float64(len(evidence))
}

// within is the share of the words that come from the turns that answer.
func within(s summarize.Summary, spans [][2]int) float64 {
	all, in := 0, 0
	for _, p := range s.Points {
		n := len(strings.Fields(p.Text))
		all += n
		for _, e := range p.Evidence {
			if slices.ContainsFunc(spans, func(span [2]int) bool { return span[0] <= e.Turn && e.Turn <= span[1] }) {
				in += n
				break
			}
		}
	}
	return float64(in) / float64(max(1, all))
}

// misheard is a meeting as a poor transcriber writes it: without marks and
// capitals, and one word in ten another. It is always the same for a seed.
func misheard(turns []transcript.Turn, seed uint64) []transcript.Turn {
	var known []string
	for _, turn := range turns {
		known = append(known, strings.Fields(turn.Text)...)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	heard := slices.Clone(turns)
	for i, turn := range turns {
		fields := strings.Fields(turn.Text)
		for j, field := range fields {
			if random.IntN(10) == 0 {
				field = known[random.IntN(len(known))]
			}
			fields[j] = strings.ToLower(strings.Trim(field, `.,;:?!…"“”()。、？！`))
		}
		heard[i].Text = strings.Join(strings.Fields(strings.Join(fields, " ")), " ")
	}
	return heard
}

// interval is the mean of the scores and where it lies in 95 of 100 samples of
// as many.
func interval(scores []float64) (mean, low, high float64) {
	random := rand.New(rand.NewPCG(1, 1))
	means := make([]float64, 2000)
	for i := range means {
		for range scores {
			means[i] += scores[random.IntN(len(scores))]
		}
		means[i] /= float64(len(scores))
	}
	slices.Sort(means)
	for _, score := range scores {
		mean += score
	}
	return mean / float64(len(scores)), means[len(means)*25/1000], means[len(means)*975/1000]
}
