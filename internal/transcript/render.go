package transcript

import (
	"strings"
	"unicode"
)

// MinBudget is the least with which a page always shows something: the key
// line's longest name may take most of it.
const MinBudget = 600

// Position is where a page begins: a place in the turns given to Render, and
// how many runes of that turn's clean text went before. Zero is the start.
type Position struct{ Turn, Rune int }

// Page is what of the turns fits a budget.
type Page struct {
	Text        string
	First, Last int        // the Index of the first and last turn shown; -1 when there is none
	Next        int        // the Index of the turn to go on with, -1 when there is no more
	Rest        Position   // what to give Render for the next page
	Speakers    []Speaking // of what is on this page, who spoke longest first
}

// Render is RenderAs in the format Text.
func Render(turns []Turn, from Position, budget int) Page { return RenderAs(Text, turns, from, budget) }

// RenderAs writes turns from a position on, as many as fit the budget of tokens;
// with less than MinBudget it may be that nothing does. A page ends with a turn;
// only a turn that is longer than a page is cut, at a sentence's end, else at a
// word's.
func RenderAs(format Format, turns []Turn, from Position, budget int) Page {
	p := page{format: format, cast: castOf(turns), room: budget}
	shown := Page{First: -1, Last: -1, Next: -1}
	for i := max(from.Turn, 0); i < len(turns); i++ {
		turn := turns[i]
		text := []rune(say(turn.Text))
		skip := 0
		if i == from.Turn {
			skip = min(max(from.Rune, 0), len(text))
		}
		taken := p.add(i, turn, text, skip)
		if taken > 0 || len(text) == skip {
			if shown.First < 0 {
				shown.First = turn.Index
			}
			shown.Last = turn.Index
		}
		if taken < len(text)-skip {
			shown.Next, shown.Rest = turn.Index, Position{Turn: i, Rune: skip + taken}
			break
		}
	}
	shown.Text, shown.Speakers = p.text(), TalkTime(p.shown)
	return shown
}

// PageOf is RenderAs for those who write the turns themselves: the turns that
// fit the budget by what each costs, with clean, inert text and names, and where
// to go on when there are more. Turns without a word are left out.
func PageOf(turns []Turn, from Position, cost func(Turn) int, budget int) (page []Turn, next Position, more bool) {
	cast, spent := castOf(turns), 0
	for i := max(from.Turn, 0); i < len(turns); i++ {
		text := []rune(say(turns[i].Text))
		skip := 0
		if i == from.Turn {
			skip = min(max(from.Rune, 0), len(text))
		}
		if len(text) == skip {
			continue
		}
		head := func(n int) Turn {
			turn := part(turns[i], text, skip, n)
			turn.Speaker, turn.Text = cast.names[turn.Speaker], defuse(turn.Text)
			return turn
		}
		n := len(text) - skip
		whole := head(n)
		price := cost(whole)
		if spent+price > budget {
			if len(page) > 0 && (spent > budget/2 || price <= budget) {
				return page, Position{i, skip}, true
			}
			n = longest(text[skip:], func(n int) bool { return spent+cost(head(n)) <= budget })
			if n > 0 {
				page = append(page, head(n))
			}
			return page, Position{i, skip + n}, true
		}
		page = append(page, whole)
		spent += price
	}
	return page, Position{}, false
}

// Inline is a text as it is shown within a fence, on one line, however long.
func Inline(text string) string { return defuse(say(text)) }

// say is a turn's text as it is shown, on one line.
func say(text string) string { return fold(Inert(Clean(text))) }

// part is the n runes of a turn's clean text after those to skip, with the
// share of its time that they are likely to have taken.
func part(turn Turn, text []rune, skip, n int) Turn {
	if whole := len(text); n < whole {
		start, took := turn.Start, max(0, turn.End-turn.Start)
		turn.Start = start + took*float64(skip)/float64(whole)
		turn.End = start + took*float64(skip+n)/float64(whole)
	}
	turn.Text = string(text[skip : skip+n])
	return turn
}

// cast is who speaks, by clean name and by a letter that is the same on every page.
type cast struct {
	names   map[string]string // by the name that the turns have
	letters map[string]string // by clean name
}

func castOf(turns []Turn) cast {
	c := cast{names: map[string]string{}, letters: map[string]string{}}
	for _, turn := range turns {
		if _, known := c.names[turn.Speaker]; known {
			continue
		}
		name := speaker(turn.Speaker)
		c.names[turn.Speaker] = name
		if c.letters[name] == "" {
			c.letters[name] = letter(len(c.letters))
		}
	}
	return c
}

// keyEntry is one of the key line's. A name that could pass for more than one is
// in quotes.
func keyEntry(letter, name string) string {
	if strings.ContainsAny(name, `=,"`) {
		name = `"` + strings.ReplaceAll(name, `"`, `'`) + `"`
	}
	return letter + " = " + name
}

func letter(n int) string {
	if n < 26 {
		return string(rune('A' + n))
	}
	return letter(n/26-1) + letter(n%26)
}

// page is one in the making.
type page struct {
	format  Format
	cast    cast
	room    int // tokens
	shown   []Turn
	key     []string        // "A = Ana Souza", in the order of appearance
	keyed   map[string]bool // the names in the key
	opening int             // tokens of what stands above the lines
	lines   []line
	spent   int // tokens of all lines but the last
}

func (p *page) text() string {
	if len(p.lines) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString(p.format.opening(p.key))
	for _, l := range p.lines {
		out.WriteString(l.String())
	}
	return strings.TrimLeft(out.String(), "\n")
}

// add shows as much of a turn's text after skip as there is room for, whole if
// it can, and answers how many runes that is.
func (p *page) add(place int, turn Turn, text []rune, skip int) int {
	n := len(text) - skip
	if n == 0 {
		return 0
	}
	name := p.cast.names[turn.Speaker]
	key, opening := p.key, p.opening
	if !p.keyed[name] {
		key = append(key[:len(key):len(key)], keyEntry(p.cast.letters[name], name))
		opening = Tokens(p.format.opening(key))
	}
	whole := part(turn, text, skip, n)
	next := line{
		format: p.format, number: place + 1, speaker: name, letter: p.cast.letters[name],
		start: turn.Start, end: turn.End, continued: skip > 0, text: whole.Text,
	}
	if p.format.subtitles() {
		next.start, next.end = whole.Start, whole.End
	}
	spent, last := p.spent, len(p.lines)-1
	before := "" // what the line says that next goes on with
	alone := next
	merged := last >= 0 && p.lines[last].takes(next)
	if merged {
		before = p.lines[last].text
		next = p.lines[last]
		next.end = max(next.end, turn.End)
	} else if last >= 0 {
		spent += p.lines[last].cost
	}
	head := func(n int) line {
		l, shown := next, part(turn, text, skip, n)
		l.text = JoinWords([]string{before, shown.Text})
		if p.format.subtitles() {
			l.end = shown.End
		}
		l.cost = Tokens(l.String())
		return l
	}
	fits := func(n int) bool { return opening+spent+head(n).cost <= p.room }
	if !fits(n) {
		single := Tokens(p.format.opening([]string{keyEntry(p.cast.letters[name], name)})) + Tokens(alone.String())
		if last >= 0 && (opening+spent > p.room/2 || single <= p.room) {
			return 0
		}
		if n = longest(text[skip:], fits); n == 0 {
			return 0
		}
	}
	if p.keyed == nil {
		p.keyed = map[string]bool{}
	}
	p.key, p.opening, p.spent, p.keyed[name] = key, opening, spent, true
	p.shown = append(p.shown, part(turn, text, skip, n))
	if merged {
		p.lines[last] = head(n)
	} else {
		p.lines = append(p.lines, head(n))
	}
	return n
}

// longest finds where to cut a text so that its head fits: after a sentence
// in the last half of what would fit, else after a word, else anywhere.
func longest(text []rune, fits func(int) bool) int {
	low, high := 0, len(text)
	for low < high {
		if middle := (low + high + 1) / 2; fits(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	for low > 0 && !fits(low) {
		low--
	}
	// a head may cost more than a longer one, when that has more English
	for i := low; i > low/2; i-- {
		if sentence(text, i) && fits(i) {
			return i
		}
	}
	for i := low; i > low/2; i-- {
		if text[i-1] == ' ' && fits(i) {
			return i
		}
	}
	if i := whole(text, low); i > 0 && fits(i) {
		return i
	}
	return low
}

// sentence says whether one ends before text[i].
func sentence(text []rune, i int) bool {
	end := text[i-1]
	if strings.ContainsRune("。！？", end) {
		return true
	}
	return i > 1 && unicode.IsSpace(end) && strings.ContainsRune(".!?…؟।॥", text[i-2])
}
