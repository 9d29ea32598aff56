package standin

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/summarize"
)

// notes are what a model answers.
type notes struct {
	Points        []note `json:"points"`
	Decisions     []note `json:"decisions"`
	ActionItems   []note `json:"action_items"`
	OpenQuestions []note `json:"open_questions"`
}

type note struct {
	Text     string     `json:"text"`
	Evidence []citation `json:"evidence"`
	Owner    string     `json:"owner"`
	Due      string     `json:"due"`
}

type citation struct {
	Turn  int    `json:"turn"`
	Quote string `json:"quote"`
}

func (n notes) String() string {
	raw, err := json.Marshal(n)
	if err != nil {
		panic(err) // it is all text
	}
	return string(raw)
}

// Extractive is a model that is faithful: it picks sentences out of the turns in
// the prompt, of those that it is to begin with if there are any, each with its
// evidence.
func Extractive(a Asked) string {
	n := notes{Points: []note{}, Decisions: []note{}, ActionItems: []note{}, OpenQuestions: []note{}}
	kind := summarize.Overview
	switch {
	case len(a.Lists) > 1:
		kind = summarize.Minutes
	case slices.Contains(a.Lists, "decisions"):
		kind = summarize.Decisions
	case slices.Contains(a.Lists, "action_items"):
		kind = summarize.ActionItems
	}
	turns := slices.DeleteFunc(slices.Clone(a.Turns), func(t transcript.Turn) bool { return !slices.Contains(a.Begin, t.Index) })
	if len(turns) == 0 {
		turns = a.Turns
	}
	s, err := summarize.Extract(context.Background(), summarize.Request{Turns: turns, Kind: kind, MaxWords: a.Words})
	if err != nil {
		return n.String()
	}
	for _, p := range s.Points {
		n.Points = append(n.Points, noteOf(p))
	}
	for _, p := range s.Decisions {
		n.Decisions = append(n.Decisions, noteOf(p))
	}
	for _, p := range s.OpenQuestions {
		n.OpenQuestions = append(n.OpenQuestions, noteOf(p))
	}
	for _, item := range s.ActionItems {
		action := noteOf(item.Point)
		action.Owner, action.Due = item.Owner, item.Due
		n.ActionItems = append(n.ActionItems, action)
	}
	return n.String()
}

func noteOf(p summarize.Point) note {
	n := note{Text: p.Text}
	for _, e := range p.Evidence {
		n.Evidence = append(n.Evidence, citation{e.Turn, e.Quote})
	}
	return n
}
