package summarize

import (
	"cmp"
	"context"
	"time"

	"github.com/meetmcp/meetmcp/internal/extract"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// What a reader must know of an extract.
const (
	CandidatesNote = "Decisions, action items and open questions were found by the words that people use for them: they are candidates, to be judged by their quotes, and others may be missing."
	UnheardNote    = "No word of the focus was said in this meeting, so this is about all of it. Try the words that the people there would use."
)

// Extract condenses a meeting to sentences that were said in it, without a
// model. It is always the same for the same request. How firmly something was
// said is left to the check. It fails only when ctx ends, or without a word.
func Extract(ctx context.Context, r Request) (Summary, error) {
	read, err := read(ctx, r.Turns)
	if err != nil {
		return Summary{}, err
	}
	return read.extract(ctx, r)
}

// extract extracts from what is read.
func (r *reading) extract(ctx context.Context, request Request) (Summary, error) {
	began := time.Now()
	words := cmp.Or(request.MaxWords, defaultLength)
	s := Summary{Engine: EngineExtractive, Kind: cmp.Or(request.Kind, Overview), Points: []Point{}}
	r.describe(&s)
	meeting, err := extract.Read(ctx, r.turns, words)
	if err != nil {
		return s, err
	}
	e := extraction{ctx: ctx, turns: r.turns, meeting: meeting, left: words}
	if request.Focus != "" && !e.focus(request.Focus) {
		s.Notes = append(s.Notes, UnheardNote)
	}
	switch s.Kind {
	case ActionItems:
		s.ActionItems = e.tasks(e.left)
	case Decisions:
		s.Decisions = e.points(e.meeting.Decisions, e.left)
	case Minutes:
		s.Decisions = e.points(e.meeting.Decisions, words/5)
		s.ActionItems = e.tasks(words * 3 / 10)
		s.OpenQuestions = e.points(e.meeting.Questions, words*3/20)
		s.Points = e.points(e.meeting.Points, e.left)
	default:
		s.Points = e.points(e.meeting.Points, e.left)
	}
	if s.Kind != Overview {
		s.Notes = append(s.Notes, CandidatesNote)
	}
	s.Usage.Seconds = time.Since(began).Seconds()
	return s, e.err
}

// describe says in a summary what of the meeting was read.
func (r *reading) describe(s *Summary) {
	s.Coverage, s.Suspicious = r.coverage, r.odd
	if r.note != "" {
		s.Notes = append(s.Notes, r.note)
	}
}

// extraction is an extract being made.
type extraction struct {
	ctx     context.Context
	turns   []transcript.Turn
	meeting *extract.Meeting
	left    int   // words
	err     error // the context's; then nothing more is picked
}

func (e *extraction) focus(question string) bool {
	said, err := e.meeting.Focus(e.ctx, question)
	e.err = cmp.Or(e.err, err)
	return said
}

func (e *extraction) points(pick func(ctx context.Context, budget int) ([]extract.Sentence, error), budget int) []Point {
	all := []Point{}
	found, err := pick(e.ctx, budget)
	e.err = cmp.Or(e.err, err)
	for _, sentence := range found {
		all = append(all, e.point(sentence))
	}
	return all
}

func (e *extraction) tasks(budget int) []ActionItem {
	all := []ActionItem{}
	found, err := e.meeting.Tasks(e.ctx, budget)
	e.err = cmp.Or(e.err, err)
	for _, task := range found {
		all = append(all, ActionItem{Point: e.point(task.Sentence), Owner: task.Owner, Due: task.Due, Status: Committed})
	}
	return all
}

func (e *extraction) point(s extract.Sentence) Point {
	e.left -= s.Words
	turn := e.turns[s.Turn]
	return Point{s.Text, []Evidence{{Quote: s.Quote, Speaker: turn.Speaker, Start: turn.Start, Turn: turn.Index}}}
}
