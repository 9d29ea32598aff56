package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

// Task is a sentence that looks as if somebody is to do something.
type Task struct {
	Sentence
	Owner string // a speaker, or ""
	Due   string // as it was said, or ""
}

// isTask is what a sentence comes up to, by its cues, that is taken for a task.
const isTask = 2.5

// Tasks picks candidates for what is to be done.
func (m *Meeting) Tasks(budget int) []Task {
	found := make([]Task, len(m.units))
	bonus := make([]float64, len(m.units))
	for i := range m.units {
		found[i], bonus[i] = m.task(i)
	}
	var all []Task
	for _, i := range m.cover(budget, m.near(bonus), m.usual()) {
		all = append(all, found[i])
	}
	return all
}

// task reads who is to do what until when, and how sure it is that somebody is,
// 0 for not sure enough.
func (m *Meeting) task(i int) (Task, float64) {
	u := &m.units[i]
	t := Task{Sentence: m.sentence(i)}
	if u.does&idle != 0 {
		return t, 0
	}
	sure := 0.0
	t.Due = m.due(i, false)
	named := m.named(i)
	switch {
	case u.does&promise != 0:
		sure, t.Owner = 3, m.turns[u.turn].Speaker
	case u.does&request != 0 || named != "":
		sure, t.Owner = 2.5, named
	case u.asks():
		return t, 0
	case u.does&duty != 0:
		sure = 2
	case t.Due != "":
		sure = 1.5
	}
	if u.does&chore != 0 {
		sure++
	}
	if t.Due == "" && sure >= isTask {
		t.Due = m.due(i, true)
	}
	if t.Due != "" {
		sure++
	}
	if u.does&conditional != 0 {
		sure--
	}
	if sure < isTask {
		return t, 0
	}
	return t, sure * sure
}

func (m *Meeting) due(i int, bare bool) string {
	u := &m.units[i]
	t := m.tongue(u.turn)
	if t.unspaced {
		return m.unspacedDue(u.quote, bare)
	}
	return t.due(u.quote, bare)
}

// named answers the speaker who is told, or of whom is told, to do something:
// Ada, can you; Ada will; Ada, the figures, Thursday.
func (m *Meeting) named(i int) string {
	u := &m.units[i]
	speaker := m.turns[u.turn].Speaker
	t := m.tongue(u.turn)
	var all []field
	if m.mentions(u.spoken) {
		all = fieldsOf(u.text)
	}
	for k, f := range all {
		who := m.people[f.key]
		if who == "" || who == speaker || !capital(u.text[f.start:]) && capitals(u.text) {
			continue
		}
		last := k
		for last+1 < len(all) && m.people[all[last+1].key] == who {
			last++
		}
		after := ""
		for _, next := range all[last+1 : min(len(all), last+4)] {
			after += next.key + " "
		}
		told := slices.ContainsFunc(t.modals, func(modal string) bool { return strings.HasPrefix(after, modal) })
		called := (k == 0 || !all[k-1].joins || t.leads[all[k-1].key] != 0) && (last == len(all)-1 || !all[last].joins)
		if told || called && (u.does&request != 0 || m.due(i, true) != "") {
			return who
		}
	}
	if who := m.honoured(u.quote); who != speaker && (u.does&request != 0 || m.due(i, true) != "") {
		return who
	}
	return ""
}

// mentions reports that a word may mean a speaker.
func (m *Meeting) mentions(spoken string) bool {
	for key := range strings.FieldsSeq(spoken) {
		if m.people[key] != "" {
			return true
		}
	}
	return false
}

func capital(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return !unicode.IsLower(r)
}

// capitals reports that a text has some beside its first.
func capitals(text string) bool {
	return text != "" && strings.ContainsFunc(text[1:], unicode.IsUpper)
}

// honoured answers the speaker whose name, made polite as in Japanese, a
// sentence begins or ends with.
func (m *Meeting) honoured(quote string) string {
	quote = strings.TrimFunc(quote, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, p := range m.polite {
		if strings.HasPrefix(quote, p.name) || strings.HasSuffix(quote, p.name) {
			return p.who
		}
	}
	return ""
}

// polite is how somebody is called.
type polite struct{ name, who string }

// politely are the ways to call a speaker in Japanese: by the part of the name
// before a space, else by its first two characters.
func politely(who string) []polite {
	name, _, spaced := strings.Cut(who, " ")
	runes := []rune(name)
	if len(runes) < 2 || !unicode.Is(unicode.Han, runes[0]) {
		return nil
	}
	if !spaced && len(runes) > 2 {
		name = string(runes[:2])
	}
	var all []polite
	for _, honour := range []string{"さん", "様", "くん", "氏"} {
		all = append(all, polite{name + honour, who})
	}
	return all
}

// meet learns which words of what is spoken mean a speaker: the parts of names
// that no two have, and that mean nothing else.
func (m *Meeting) meet() {
	known := map[string]bool{}
	for i, turn := range m.turns {
		if known[turn.Speaker] {
			continue
		}
		known[turn.Speaker] = true
		m.polite = append(m.polite, politely(turn.Speaker)...)
		x := m.tongue(i).lexicon
		for _, w := range words.Split(words.Plain(turn.Speaker)) {
			if utf8.RuneCountInString(w.Text) < 2 || x.Stops(w.Text) {
				continue
			}
			if other, taken := m.people[w.Text]; taken && other != turn.Speaker {
				m.people[w.Text] = ""
			} else {
				m.people[w.Text] = turn.Speaker
			}
		}
	}
}

// Decisions picks candidates for what was decided.
func (m *Meeting) Decisions(budget int) []Sentence {
	return m.pick(budget, func(u *unit) float64 {
		if u.asks() || u.does&decision == 0 || u.does&(undecided|open) != 0 {
			return 0
		}
		return 1
	})
}

// Questions picks candidates for what stayed open: what somebody says is, and
// questions to which nobody knew an answer.
func (m *Meeting) Questions(budget int) []Sentence {
	return m.pick(budget, func(u *unit) float64 {
		switch {
		case u.does&open != 0:
			return 2
		case u.asks() && u.length > 2*leastWords && m.reply(u)&ignorance != 0:
			return 1
		}
		return 0
	})
}

// reply is what the turn after a unit's does at its beginning, if the unit's ends
// soon.
func (m *Meeting) reply(u *unit) cue {
	const soon = 15 // words
	said := m.turns[u.turn].Text
	if u.turn+1 >= len(m.turns) || wordsIn(said[strings.LastIndex(said, u.quote)+len(u.quote):]) > soon {
		return 0
	}
	spoken := " "
	for i, f := range fieldsOf(m.turns[u.turn+1].Text) {
		if i == soon {
			break
		}
		spoken += f.key + " "
	}
	return m.tongue(u.turn + 1).hear(spoken)
}

// pick covers the units that have some bonus by their cues.
func (m *Meeting) pick(budget int, of func(u *unit) float64) []Sentence {
	bonus := make([]float64, len(m.units))
	for i := range m.units {
		bonus[i] = of(&m.units[i])
	}
	var all []Sentence
	for _, i := range m.cover(budget, m.near(bonus), m.usual()) {
		all = append(all, m.sentence(i))
	}
	return all
}
