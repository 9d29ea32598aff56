// Package summarize condenses a meeting and checks what it says: every quote,
// owner, date and number against the transcript.
package summarize

import (
	"errors"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Kind is what of a meeting is wanted.
type Kind string

// The kinds of summary.
const (
	Overview    Kind = "overview" // what it was about
	ActionItems Kind = "action_items"
	Decisions   Kind = "decisions"
	Minutes     Kind = "minutes" // all of these, and what stayed open
)

// Request is what to condense, and how.
type Request struct {
	Turns    []transcript.Turn // Index need not start at 0, and may have gaps
	Kind     Kind              // Overview when ""
	Focus    string            // a question or topic; the whole meeting when ""
	MaxWords int               // of all points and items together; 150 when 0
	Language string            // in which a model answers; the meeting's when "". Extracts are always as it was said

	Progress func(done, total int) // told of each part of the meeting that a model has read; may be nil
}

// Summary is a meeting condensed. All that is in it but Unverified stands in
// the transcript, by the check of this package, and nothing is from a passage
// that gives orders to an AI.
type Summary struct {
	Engine        string                 `json:"engine"`          // EngineExtractive or EngineModel
	Model         string                 `json:"model,omitzero"`  // its name, with EngineModel
	Reason        string                 `json:"reason,omitzero"` // why it is another engine than was asked for
	Kind          Kind                   `json:"kind"`
	Points        []Point                `json:"points"` // in order of time
	Decisions     []Point                `json:"decisions,omitzero"`
	ActionItems   []ActionItem           `json:"action_items,omitzero"`
	OpenQuestions []Point                `json:"open_questions,omitzero"`
	Unverified    []Unverified           `json:"unverified,omitzero"`
	Notes         []string               `json:"notes,omitzero"`      // what to know before relying on it
	Suspicious    []transcript.Suspicion `json:"suspicious,omitzero"` // passages that give orders to an AI, of which nothing is in the summary
	Coverage      Coverage               `json:"coverage"`
	Usage         Usage                  `json:"usage"`
}

// The engines.
const (
	EngineExtractive = "extractive" // quotes the meeting's own sentences; no model, no network, always the same
	EngineModel      = "model"      // a language model writes, the check decides what stays
)

// Point is a sentence about the meeting, and where it comes from.
type Point struct {
	Text     string     `json:"text"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is a quote as it stands in the transcript.
type Evidence struct {
	Quote   string  `json:"quote"`
	Speaker string  `json:"speaker"`
	Start   float64 `json:"start_time"` // of the turn, in seconds from the recording's start
	Turn    int     `json:"turn"`       // its Index
}

// ActionItem is something that somebody is to do.
type ActionItem struct {
	Point
	Owner  string `json:"owner,omitzero"` // "" when nobody was named
	Due    string `json:"due,omitzero"`   // in the words of the meeting; "" when no date was named
	Status Status `json:"status"`
}

// Status is how firmly something was said.
type Status string

// The two of an action item.
const (
	Committed Status = "committed"
	Tentative Status = "tentative" // hedged in the transcript: "maybe", "we could"
)

// Unverified is what the check does not let pass.
type Unverified struct {
	Text string `json:"text"`
	Why  string `json:"why"`
}

// Coverage is how much of the meeting was read.
type Coverage struct {
	TurnsTotal int     `json:"turns_total"`
	TurnsRead  int     `json:"turns_read"`
	Share      float64 `json:"share"` // of the words, 0 to 1
}

// Usage is what a summary cost. Of the extractive engine it has the time alone.
type Usage struct {
	Calls        int     `json:"calls"` // of the model, failed ones included
	InputTokens  int     `json:"input_tokens"`
	OutputTokens int     `json:"output_tokens"`
	Seconds      float64 `json:"seconds"`
}

// ErrNothingSaid is returned for a meeting without a word.
var ErrNothingSaid = errors.New("nothing was said that could be summarised")

// Size is about how many bytes a summary takes.
func (s *Summary) Size() int {
	const item = 200 // bytes of what is around a text
	n := item + len(s.Reason)
	points := func(all []Point) {
		for _, p := range all {
			n += item + len(p.Text)
			for _, e := range p.Evidence {
				n += item + len(e.Quote) + len(e.Speaker)
			}
		}
	}
	points(s.Points)
	points(s.Decisions)
	points(s.OpenQuestions)
	for _, a := range s.ActionItems {
		points([]Point{a.Point})
	}
	for _, u := range s.Unverified {
		n += item + len(u.Text) + len(u.Why)
	}
	for _, o := range s.Suspicious {
		n += item + len(o.Quote)
	}
	return n
}
