package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

// Task is a sentence that looks as if somebody is to do something.
type Task struct {
	Sentence
	Owner     string // a speaker, or ""
	Due       string // as it was said, or ""
	Tentative bool   // hedged: maybe, we could
}

const (
	isTask = 2.5 // what a sentence comes up to, by its cues, that is taken for a task
	apart  = 0.1 // the relevance to a question below which a candidate is of no use
)

// Tasks picks candidates for what is to be done.
func (m *Meeting) Tasks(budget int) []Task {
	found := make([]Task, len(m.units))
	bonus := make([]float64, len(m.units))
	for i := range m.units {
		found[i], bonus[i] = m.task(i)
	}
	var all []Task
	for _, i := range m.cover(budget, m.near(bonus, apart), m.usual()) {
		all = append(all, found[i])
	}
	return all
}

// task reads who is to do what until when, and how sure it is that somebody is,
// 0 for not sure enough.
func (m *Meeting) task(i int) (Task, float64) {
	u := &m.units[i]
	c := m.cues(m.languages[u.turn])
	t := Task{Sentence: m.sentence(i), Tentative: c.hedges.occur(u.spoken)}
	if c.idle.occur(u.spoken) {
		return t, 0
	}
	sure := 0.0
	promise, request := c.promises.occur(u.spoken), c.requests.occur(u.spoken)
	t.Due = m.due(i, false)
	named := m.named(i, request)
	switch {
	case promise:
		sure, t.Owner = 3, m.turns[u.turn].Speaker
	case request || named != "":
		sure, t.Owner = 2.5, named
	case u.asks():
		return t, 0
	case c.duties.occur(u.spoken):
		sure = 2
	case t.Due != "":
		sure = 1.5
	}
	if c.tasks.occur(u.spoken) {
		sure++
	}
	if t.Due == "" && sure >= isTask {
		t.Due = m.due(i, true)
	}
	if t.Due != "" {
		sure++
	}
	if t.Tentative {
		sure -= 0.5
	}
	if c.ifs.begin(u.spoken) {
		sure--
	}
	if sure < isTask {
		return t, 0
	}
	return t, sure * sure
}

func (m *Meeting) due(i int, bare bool) string {
	u := &m.units[i]
	language := m.languages[u.turn]
	if language == "ja" || language == "zh" {
		return unspacedDue(m.unspaced, u.quote, bare)
	}
	d, known := m.datesOf[language]
	if !known {
		d = datesOf(language)
		m.datesOf[language] = d
	}
	return d.due(u.quote, bare)
}

// named answers the speaker who is told, or of whom is told, to do something:
// Ada, can you; Ada will; Ada, the figures, Thursday.
func (m *Meeting) named(i int, request bool) string {
	u := &m.units[i]
	speaker := m.turns[u.turn].Speaker
	modals := m.cues(m.languages[u.turn]).modals
	all := fieldsOf(u.text)
	for k, f := range all {
		who := m.people[f.key]
		if who == "" || who == speaker || !capital(u.text[f.start:]) && capitals(u.text) {
			continue
		}
		last := k
		for last+1 < len(all) && m.people[all[last+1].key] == who {
			last++
		}
		after := " "
		for _, next := range all[last+1 : min(len(all), last+4)] {
			after += next.key + " "
		}
		called := (k == 0 || !all[k-1].joins) && (last == len(all)-1 || !all[last].joins)
		if modals.begin(after) || called && (request || m.due(i, true) != "") {
			return who
		}
	}
	if who := m.honoured(u.quote); who != speaker && (request || m.due(i, true) != "") {
		return who
	}
	return ""
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
	for _, turn := range m.first {
		who := m.turns[turn].Speaker
		for _, polite := range []string{"さん", "様", "くん", "氏"} {
			if name := surname(who); name != "" && (strings.HasPrefix(quote, name+polite) || strings.HasSuffix(quote, name+polite)) {
				return who
			}
		}
	}
	return ""
}

// surname is how a Japanese name of some length most probably begins.
func surname(name string) string {
	runes := []rune(name)
	if len(runes) < 3 || !unicode.Is(unicode.Han, runes[0]) || strings.ContainsFunc(name, unicode.IsSpace) {
		return strings.Join(strings.Fields(name)[:min(1, len(strings.Fields(name)))], "")
	}
	return string(runes[:2])
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
		m.first = append(m.first, i)
		x := m.lexicon(m.languages[i])
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
	return m.pick(budget, func(u *unit, c *cues) float64 {
		switch {
		case u.asks() || !c.decisions.occur(u.spoken) || c.undecided.occur(u.spoken):
			return 0
		case c.hedges.occur(u.spoken):
			return 1
		}
		return 2
	})
}

// Questions picks candidates for what stayed open: what somebody says is, and
// questions to which nobody knew an answer.
func (m *Meeting) Questions(budget int) []Sentence {
	return m.pick(budget, func(u *unit, c *cues) float64 {
		switch {
		case c.open.occur(u.spoken):
			return 2
		case u.asks() && u.length > 2*leastWords && c.ignorance.occur(m.reply(u)):
			return 1
		}
		return 0
	})
}

// reply is how the turn after a unit's begins.
func (m *Meeting) reply(u *unit) string {
	const words = 15
	if u.turn+1 >= len(m.turns) || !strings.HasSuffix(strings.TrimSpace(m.turns[u.turn].Text), u.quote) {
		return " "
	}
	reply := " "
	for i, f := range fieldsOf(m.turns[u.turn+1].Text) {
		if i == words {
			break
		}
		reply += f.key + " "
	}
	return reply
}

// pick covers the units that have some bonus by their cues.
func (m *Meeting) pick(budget int, of func(u *unit, c *cues) float64) []Sentence {
	bonus := make([]float64, len(m.units))
	for i := range m.units {
		u := &m.units[i]
		bonus[i] = of(u, m.cues(m.languages[u.turn]))
	}
	var all []Sentence
	for _, i := range m.cover(budget, m.near(bonus, apart), m.usual()) {
		all = append(all, m.sentence(i))
	}
	return all
}
