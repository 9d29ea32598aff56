package summarize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
)

// together is how many requests of one summary are under way at once.
const together = 4

// mostDoubts is how much that does not stand a summary tells of.
const mostDoubts = 200

// leastRoom is how many tokens of a meeting a request must have room for.
const leastRoom = 300

// job is one summary that a model makes.
type job struct {
	*conversation
	checker *summaryChecker
	request Request
	words   int
	notable []int // turns, by Index
}

// read lets the model read the meeting: whole, or in parts whose notes it then
// makes one of. The summary has what it cost also when it failed.
func (e *Engine) read(ctx context.Context, checker *summaryChecker, r Request) (s Summary, err error) {
	r.Turns = checker.reading.turns
	began, outer := time.Now(), ctx
	ctx, cancel := context.WithTimeoutCause(ctx, e.options.Deadline, fmt.Errorf("the model took longer than %s", e.options.Deadline))
	defer cancel()
	j := &job{conversation: e.converse(), checker: checker, request: r, words: cmp.Or(r.MaxWords, defaultLength)}
	s = Summary{Engine: EngineModel, Model: e.options.Model, Kind: cmp.Or(r.Kind, Overview), Points: []Point{}}
	checker.reading.describe(&s)
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		s.Usage = j.spent()
		s.Usage.Seconds = time.Since(began).Seconds()
	}()
	if transcript.Words(r.Turns) == 0 { // it was all orders
		return s, nil
	}
	room := j.room()
	if room < leastRoom {
		return s, fmt.Errorf("--summarize-context %d leaves no room for the meeting: ask for fewer words, or raise it", e.options.Context)
	}
	var parts []part
	err = work.Heavy(ctx, func(ctx context.Context) error {
		parts, err = cutTurns(ctx, r.Turns, room)
		if len(parts) > 1 && err == nil {
			err = j.note(ctx)
		}
		return err
	})
	if err != nil {
		return s, err
	}
	if err := j.affordable(parts); err != nil {
		return s, err
	}
	taken, err := j.takeAll(ctx, parts)
	if err != nil {
		return s, err
	}
	s.cover(checker.reading, taken)
	notes := make([]Summary, 0, len(taken))
	for _, t := range taken {
		for _, d := range t.drafts {
			n, err := j.admitted(ctx, d)
			if err != nil {
				return s, err
			}
			notes = append(notes, n)
		}
		if t.err != nil {
			s.Reason = fmt.Sprintf("a part of the meeting could not be read: %v", t.err)
		}
	}
	if err := j.combine(ctx, &s, notes); err != nil && outer.Err() == nil {
		return s, err
	}
	s.arrange()
	return s, outer.Err()
}

// admitted is what stands of a draft.
func (j *job) admitted(ctx context.Context, d draft) (n Summary, err error) {
	err = work.Heavy(ctx, func(ctx context.Context) error { return j.checker.admit(ctx, &n, d, j.words) })
	return n, err
}

// affordable refuses a meeting that costs too much before anything is spent.
func (j *job) affordable(parts []part) error {
	ceiling := j.engine.options.MaxTokens
	if ceiling == 0 {
		return nil
	}
	all := 0
	for _, p := range parts {
		all += transcript.Tokens(j.prompt(p)) + transcript.Tokens(system()) + j.answerTokens()
	}
	if all > ceiling {
		return fmt.Errorf("%w (%d): it may take %d tokens", errCeiling, ceiling, all)
	}
	return nil
}

// answered is what the model made of a part: more than one draft when the part
// had to be cut again.
type answered struct {
	part   part
	drafts []draft
	err    error // why the part, or some of it, could not be read
}

// takeAll lets the model read parts side by side. What only fails for a part is
// left to the caller; what fails for all ends it.
func (j *job) takeAll(ctx context.Context, parts []part) ([]answered, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	taken := make([]answered, len(parts))
	var group sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0
	for range min(together, len(parts)) {
		group.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= len(parts) || ctx.Err() != nil {
					return
				}
				taken[i] = j.take(ctx, parts[i], j.answerTokens())
				if err := taken[i].err; err != nil && !ofPart(err) {
					cancel(err)
					return
				}
				mu.Lock()
				done++
				if j.request.Progress != nil {
					j.request.Progress(done, len(parts))
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(taken, func(r answered) bool { return len(r.drafts) > 0 }) {
		return nil, taken[0].err
	}
	return taken, nil
}

// ofPart reports an error that another part may not meet.
func ofPart(err error) bool {
	return errors.Is(err, errRefused) || errors.Is(err, errUnclear) || errors.Is(err, errCutOff) || errors.Is(err, errTooLong)
}

// take lets the model read a part. When it is too long, or the answer is, it is
// cut in halves, and these again.
func (j *job) take(ctx context.Context, p part, limit int) answered {
	d, err := j.ask(ctx, j.prompt(p), limit)
	if errors.Is(err, errCutOff) && limit <= j.answerTokens() {
		if d, err = j.ask(ctx, j.prompt(p), 2*limit); err == nil {
			return answered{part: p, drafts: []draft{d}}
		}
	}
	if err == nil {
		return answered{part: p, drafts: []draft{d}}
	}
	out := answered{part: p, err: err}
	if !errors.Is(err, errTooLong) && !errors.Is(err, errCutOff) {
		return out
	}
	halves, err := p.halves(ctx)
	if err != nil {
		return answered{part: p, err: err}
	}
	for i, half := range halves {
		if i == 0 {
			out.err = nil
		}
		r := j.take(ctx, half, limit)
		out.drafts = append(out.drafts, r.drafts...)
		if out.err = cmp.Or(out.err, r.err); r.err != nil && !ofPart(r.err) {
			return out
		}
	}
	return out
}

// cover counts what was read.
func (s *Summary) cover(r *reading, taken []answered) {
	read := map[int]bool{}
	for _, a := range taken {
		for _, t := range a.part.turns {
			if a.err == nil {
				read[t.Index] = true
			}
		}
	}
	s.Coverage = r.cover(func(place int) bool { return read[r.turns[place].Index] })
}

// combine makes one set of notes of several, with the model as long as there
// are fewer of them each time, else by taking from the front of each.
func (j *job) combine(ctx context.Context, s *Summary, notes []Summary) error {
	for _, n := range notes {
		s.Unverified = append(s.Unverified, n.Unverified...)
	}
	for round := 0; len(notes) > 1 && round < 4; round++ {
		var lines []string
		for _, n := range notes {
			lines = append(lines, n.notes()...)
		}
		parts := cutNotes(lines, j.room())
		if len(parts) >= len(notes) {
			break
		}
		taken, err := j.takeAll(ctx, parts)
		if err != nil {
			s.Reason = fmt.Sprintf("the notes on its parts were put together without the model: %v", err)
			break
		}
		var merged []Summary
		for _, t := range taken {
			for _, d := range t.drafts {
				n, err := j.admitted(ctx, d)
				if err != nil {
					return err
				}
				s.Unverified = append(s.Unverified, n.Unverified...)
				if !n.empty() {
					merged = append(merged, n)
				}
			}
		}
		if len(merged) == 0 {
			s.Reason = "the notes on its parts were put together without the model: none of what it made of them stood in the meeting"
			break
		}
		notes = merged
	}
	err := work.Heavy(ctx, func(ctx context.Context) error { return j.checker.admit(ctx, s, interleaved(notes), j.words) })
	s.Unverified = distinct(s.Unverified)
	s.Unverified = s.Unverified[:min(len(s.Unverified), mostDoubts)]
	return err
}

// interleaved puts what matters most of each set of notes first.
func interleaved(notes []Summary) draft {
	var out draft
	all := make([]draft, len(notes))
	longest := 0
	for i := range notes {
		all[i] = notes[i].draft()
		longest = max(longest, len(all[i].points), len(all[i].decisions), len(all[i].actions), len(all[i].questions))
	}
	for i := range longest {
		for _, d := range all {
			for _, list := range []struct {
				from []Claim
				to   *[]Claim
			}{{d.points, &out.points}, {d.decisions, &out.decisions}, {d.actions, &out.actions}, {d.questions, &out.questions}} {
				if i < len(list.from) {
					*list.to = append(*list.to, list.from[i])
				}
			}
		}
	}
	return out
}

// notes are a summary's items as the model reads them again.
func (s *Summary) notes() []string {
	var out []string
	add := func(list string, p Point) {
		lines := []string{list + ": " + p.Text}
		for _, e := range p.Evidence {
			lines = append(lines, fmt.Sprintf("[%d] %s: %s", e.Turn, transcript.Line(e.Speaker, transcript.NameLimit), e.Quote))
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	for _, p := range s.Points {
		add("points", p)
	}
	for _, p := range s.Decisions {
		add("decisions", p)
	}
	for _, a := range s.ActionItems {
		add(fmt.Sprintf("action_items (owner: %s, due: %s)", cmp.Or(transcript.Line(a.Owner, transcript.NameLimit), "nobody"), cmp.Or(a.Due, "not said")), a.Point)
	}
	for _, p := range s.OpenQuestions {
		add("open_questions", p)
	}
	return out
}

// distinct drops what is said twice.
func distinct(all []Unverified) []Unverified {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(u Unverified) bool {
		twice := seen[u.Text]
		seen[u.Text] = true
		return twice
	})
}
