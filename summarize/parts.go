package summarize

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
	"github.com/meetmcp/meetmcp/prompts"
)

// defaultLength is how many words a summary has when nobody says.
const defaultLength = 150

// values fill in a template for so many words.
func (j *job) values() map[string]string {
	v := map[string]string{
		"words": strconv.Itoa(j.words), "focus": quoted(j.request.Focus),
		"language": cmp.Or(transcript.Line(j.request.Language, 40), "the language of the meeting"),
	}
	kind := cmp.Or(j.request.Kind, Overview)
	for list, kinds := range map[string][]Kind{
		"points": {Overview, Minutes}, "decisions": {Decisions, Minutes}, "action_items": {ActionItems, Minutes}, "open_questions": {Minutes},
	} {
		for _, k := range kinds {
			if k == kind {
				v[list] = list
			}
		}
	}
	return v
}

func quoted(text string) string {
	if text = transcript.Line(text, 300); text == "" {
		return ""
	}
	return strconv.Quote(text)
}

// part is some of a meeting, or of the notes on it, as a model reads it.
type part struct {
	lines    []string
	number   int // of all, from 1; 0 for the whole
	of       int
	turns    []transcript.Turn // none of notes
	template string
}

// prompt is what is sent of a part.
func (j *job) prompt(p part) string {
	v := j.values()
	v["data"] = transcript.NewFence().Wrap(strings.Join(p.lines, "\n"))
	if p.of > 1 {
		v["part"], v["parts"] = strconv.Itoa(p.number), strconv.Itoa(p.of)
		v["notable"] = j.notableIn(v["data"])
	}
	return prompts.Template(p.template, v)
}

// note finds the turns that stand out in the whole meeting, which a model that
// reads a part of it cannot tell.
func (j *job) note(ctx context.Context) error {
	s, err := j.checker.reading.extract(ctx, j.request)
	if err != nil {
		return err
	}
	for _, list := range [][]Claim{s.draft().points, s.draft().decisions, s.draft().actions, s.draft().questions} {
		for _, c := range list {
			j.notable = append(j.notable, *c.Quotes[0].Turn)
		}
	}
	slices.Sort(j.notable)
	j.notable = slices.Compact(j.notable)
	return nil
}

// notableIn lists those whose lines are in a text.
func (j *job) notableIn(data string) string {
	var in []string
	for _, turn := range j.notable {
		if strings.Contains(data, fmt.Sprintf("\n[%d] ", turn)) {
			in = append(in, strconv.Itoa(turn))
		}
	}
	return strings.Join(in, ", ")
}

// room is how many tokens of a meeting fit in a request beside everything else.
func (j *job) room() int {
	around := transcript.Tokens(j.prompt(part{template: "merge", of: 2})) + transcript.Tokens(system()) + transcript.FenceTokens
	return (j.engine.options.Context-around-j.answerTokens())*19/20 - 50
}

// answerTokens is how long an answer may be: each text comes with quotes.
func (j *job) answerTokens() int {
	return min(500+8*j.words, j.engine.options.Context/3)
}

// line is a turn as a model reads it.
func line(t transcript.Turn) string {
	return fmt.Sprintf("[%d] %s: %s", t.Index, t.Speaker, cmp.Or(t.Text, strings.TrimSpace(leftOut)))
}

// cutTurns parts turns into such as have room in a request, a turn that has not in
// more than one.
func cutTurns(ctx context.Context, turns []transcript.Turn, room int) ([]part, error) {
	var parts []part
	cost := func(t transcript.Turn) int { return transcript.Tokens(line(t)) + 1 }
	for from, more := (transcript.Position{}), true; more; {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		var page []transcript.Turn
		page, from, more = transcript.PageOf(turns, from, cost, room)
		if len(page) == 0 {
			break
		}
		p := part{turns: page, template: "part"}
		for _, t := range page {
			p.lines = append(p.lines, line(t))
		}
		parts = append(parts, p)
	}
	for i := range parts {
		parts[i].number, parts[i].of = i+1, len(parts)
	}
	return parts, nil
}

// cutNotes parts notes into such as have room in a request.
func cutNotes(notes []string, room int) []part {
	var parts []part
	left := 0
	for _, n := range notes {
		cost := transcript.Tokens(n) + 1
		if len(parts) == 0 || cost > left {
			parts = append(parts, part{template: "merge", of: 2})
			left = room
		}
		left -= cost
		last := &parts[len(parts)-1]
		last.lines = append(last.lines, n)
	}
	return parts
}

// halves parts one again, for a model that takes less than was thought. A part
// of one short line has no halves.
func (p part) halves(ctx context.Context) ([]part, error) {
	if len(p.turns) == 0 {
		if len(p.lines) < 2 {
			return nil, nil
		}
		a, b := p, p
		a.lines, b.lines = p.lines[:len(p.lines)/2], p.lines[len(p.lines)/2:]
		return []part{a, b}, nil
	}
	room := 0
	for _, l := range p.lines {
		room += transcript.Tokens(l) + 1
	}
	const least = 100 // tokens that are worth a request
	if room < 2*least {
		return nil, nil
	}
	smaller, err := cutTurns(ctx, p.turns, room/2+1)
	for i := range smaller {
		smaller[i].number, smaller[i].of = p.number, max(p.of, 2)
	}
	return smaller, err
}
