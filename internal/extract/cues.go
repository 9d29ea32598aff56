package extract

import (
	"strings"
	"unicode/utf8"
)

// cue is what a sentence does, as far as a phrase in it tells.
type cue int

const (
	promise     cue = 1 << iota // the speaker will do something
	request                     // somebody else is to do something
	duty                        // somebody has to
	idle                        // it looks like one of these, and is about talking
	conditional                 // nothing in it is certain
	chore                       // it names a thing to do
	decision
	undecided // it looks like a decision, and is none
	open      // a question stays open
	ignorance // it is an answer that leaves a question open
)

// cueOf is what the phrases of a list tell.
func cueOf(list string) cue {
	switch list {
	case "promises":
		return promise
	case "requests":
		return request
	case "duties":
		return duty
	case "idle":
		return idle
	case "ifs":
		return conditional
	case "tasks":
		return chore
	case "decisions":
		return decision
	case "undecided":
		return undecided
	case "open":
		return open
	case "ignorance":
		return ignorance
	}
	return 0
}

// phrase is what people say when they do something.
type phrase struct {
	text string // with the space behind it, or without when it may end in any way
	does cue
}

func (t *tongue) phrase(item string, does cue) {
	p := phrase{t.spelled(item), does}
	t.phrases[head(p.text)] = append(t.phrases[head(p.text)], p)
}

// spelled is how a phrase is found in what was spoken.
func (t *tongue) spelled(item string) string {
	stem, any := strings.CutSuffix(item, "*")
	if any || t.unspaced {
		return stem
	}
	return item + " "
}

// head is what phrases are looked up by.
func head(text string) string {
	if text[0] < utf8.RuneSelf {
		return text[:min(2, len(text))]
	}
	return text[:min(3, len(text))]
}

// hear finds what a sentence does. Conditions count only at the beginning.
func (t *tongue) hear(spoken string) (does cue) {
	for i := range spoken {
		if i == 0 || spoken[i] == ' ' || spoken[i-1] != ' ' && !t.unspaced {
			continue
		}
		for _, p := range t.phrases[head(spoken[i:])] {
			if strings.HasPrefix(spoken[i:], p.text) && (i == 1 || p.does != conditional) {
				does |= p.does
			}
		}
	}
	return does
}
