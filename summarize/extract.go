package summarize

import (
	"cmp"
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
// said is left to the check.
func Extract(r Request) (Summary, error) {
	began := time.Now()
	if transcript.Words(r.Turns) == 0 {
		return Summary{}, ErrNothingSaid
	}
	words := cmp.Or(r.MaxWords, defaultLength)
	s := Summary{Engine: EngineExtractive, Kind: cmp.Or(r.Kind, Overview), Points: []Point{},
		Coverage: Coverage{TurnsTotal: len(r.Turns), TurnsRead: len(r.Turns), Share: 1}}
	e := extraction{r.Turns, extract.Read(r.Turns, words), words}
	if r.Focus != "" && !e.meeting.Focus(r.Focus) {
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
	return s, nil
}

// extraction is an extract being made.
type extraction struct {
	turns   []transcript.Turn
	meeting *extract.Meeting
	left    int // words
}

func (e *extraction) points(pick func(budget int) []extract.Sentence, budget int) []Point {
	all := []Point{}
	for _, sentence := range pick(budget) {
		all = append(all, e.point(sentence))
	}
	return all
}

func (e *extraction) tasks(budget int) []ActionItem {
	all := []ActionItem{}
	for _, task := range e.meeting.Tasks(budget) {
		all = append(all, ActionItem{Point: e.point(task.Sentence), Owner: task.Owner, Due: task.Due, Status: Committed})
	}
	return all
}

func (e *extraction) point(s extract.Sentence) Point {
	e.left -= s.Words
	turn := e.turns[s.Turn]
	return Point{s.Text, []Evidence{{Quote: s.Quote, Speaker: turn.Speaker, Start: turn.Start, Turn: turn.Index}}}
}
