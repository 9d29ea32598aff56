package extract

import (
	"cmp"
	"context"
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
func (m *Meeting) Tasks(ctx context.Context, budget int) ([]Task, error) {
	bonus := make([]float64, len(m.units))
	if err := m.each(ctx, func(i int, _ *unit) { _, bonus[i] = m.task(i) }); err != nil {
		return nil, err
	}
	picked, err := m.cover(ctx, budget, m.near(bonus), m.usual())
	all := make([]Task, len(picked))
	for k, i := range picked {
		all[k], _ = m.task(i)
	}
	return all, err
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
	if len(m.polite) == 0 {
		return ""
	}
	const longest = 16 * utf8.UTFMax // bytes of what somebody is called
	for n := min(len(quote), longest); n > 0; n-- {
		if who := cmp.Or(m.polite[quote[:n]], m.polite[quote[len(quote)-n:]]); who != "" {
			return who
		}
	}
	return ""
}

// politely are the ways to call a speaker in Japanese: by the part of the name
// before a space, else by its first two characters.
func politely(who string) []string {
	name, _, spaced := strings.Cut(who, " ")
	runes := []rune(name)
	if len(runes) < 2 || !unicode.Is(unicode.Han, runes[0]) {
		return nil
	}
	if !spaced && len(runes) > 2 {
		name = string(runes[:2])
	}
	var all []string
	for _, honour := range []string{"さん", "様", "くん", "氏"} {
		all = append(all, name+honour)
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
		for _, called := range politely(turn.Speaker) {
			m.polite[called] = cmp.Or(m.polite[called], turn.Speaker)
		}
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
func (m *Meeting) Decisions(ctx context.Context, budget int) ([]Sentence, error) {
	return m.pick(ctx, budget, func(u *unit) float64 {
		if u.asks() || u.does&decision == 0 || u.does&(undecided|open) != 0 {
			return 0
		}
		return 1
	})
}

// Questions picks candidates for what stayed open: what somebody says is, and
// questions to which nobody knew an answer.
func (m *Meeting) Questions(ctx context.Context, budget int) ([]Sentence, error) {
	return m.pick(ctx, budget, func(u *unit) float64 {
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
	rest := m.turns[u.turn].Text[u.end:]
	if u.turn+1 >= len(m.turns) || len(rest) > soon*widestWord || wordsIn(rest) > soon {
		return 0
	}
	spoken := " "
	i := 0
	for raw := range strings.FieldsSeq(m.turns[u.turn+1].Text) {
		if i++; i > soon {
			break
		}
		spoken += keyOf(raw) + " "
	}
	return m.tongue(u.turn + 1).hear(spoken)
}

// pick covers the units that have some bonus by their cues.
func (m *Meeting) pick(ctx context.Context, budget int, of func(u *unit) float64) ([]Sentence, error) {
	bonus := make([]float64, len(m.units))
	if err := m.each(ctx, func(i int, u *unit) { bonus[i] = of(u) }); err != nil {
		return nil, err
	}
	return m.covering(ctx, budget, bonus, m.usual())
}
