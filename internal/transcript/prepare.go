package transcript

import (
	"cmp"
	"context"
	"slices"

	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	storedName = 200 // characters of a speaker's name that are kept
	langLimit  = 40
)

// Prepare makes of turns as the API gave them what is stored and shown: in order
// of time, each under the Index that it had, clean, and with the passages found
// that may be meant to steer a model. It costs time in proportion to the text,
// and is done once for a meeting.
func Prepare(ctx context.Context, turns []Turn) ([]Turn, error) {
	return prepared(ctx, inOrder(turns))
}

func prepared(ctx context.Context, turns []Turn) ([]Turn, error) {
	turns = slices.Clone(turns)
	s := newSearch()
	type speaker struct {
		name string
		odd  []Suspicion
	}
	speakers := map[string]speaker{}
	for i := range turns {
		if i%256 == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
		}
		t := &turns[i]
		who, known := speakers[t.Speaker]
		if !known {
			start, _ := head(t.Speaker, nameSize)
			who = speaker{cut(Inline(start), storedName), suspiciousName(start)}
			speakers[t.Speaker] = who
		}
		raw, text := t.Text, Clean(t.Text)
		t.Speaker, t.Lang, t.Text, t.odd = who.name, Line(t.Lang, langLimit), inline(text), who.odd[:len(who.odd):len(who.odd)]
		if err := s.turn(ctx, turns, i, raw, text); err != nil {
			return nil, err
		}
		t.clean = true
	}
	return turns, nil
}

// inOrder sorts turns by when they begin. One without a time stays behind the
// one before it.
func inOrder(turns []Turn) []Turn {
	starts := make([]float64, len(turns))
	sorted := true
	for i, t := range turns {
		starts[i] = t.Start
		if t.Start == 0 && t.End == 0 && i > 0 {
			starts[i] = starts[i-1]
		}
		sorted = sorted && (i == 0 || starts[i] >= starts[i-1])
	}
	if sorted {
		return turns
	}
	places := make([]int, len(turns))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(starts[a], starts[b]) })
	out := make([]Turn, len(turns))
	for to, from := range places {
		out[to] = turns[from]
	}
	return out
}

// Prepared reports that turns are as Prepare makes them.
func Prepared(turns []Turn) bool {
	return !slices.ContainsFunc(turns, func(t Turn) bool { return !t.clean })
}

// Stored is a turn that Prepare made, as it comes out of a store, with the
// passages that were found in it.
func Stored(t Turn, odd []Suspicion) Turn {
	t.clean, t.odd = true, odd
	return t
}
