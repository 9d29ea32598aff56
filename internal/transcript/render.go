package transcript

import (
	"strings"
	"unicode"
	"unicode/utf8"
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
	Turns       []Turn     // of which the page shows some or all, whole
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
	first, last := 0, 0
	for i := max(from.Turn, 0); i < len(turns); i++ {
		skip := 0
		if i == from.Turn {
			skip = max(from.Rune, 0)
		}
		said := pieceOf(turns[i], skip, budget)
		taken := p.add(i, said)
		if taken > 0 || said.left() == 0 {
			if shown.First < 0 {
				first, shown.First = i, turns[i].Index
			}
			last, shown.Last = i+1, turns[i].Index
		}
		if taken < said.left() {
			shown.Next, shown.Rest = turns[i].Index, Position{Turn: i, Rune: said.skip + taken}
			break
		}
	}
	shown.Text, shown.Speakers, shown.Turns = p.text(), TalkTime(p.shown), turns[first:last:last]
	return shown
}

// PageOf is RenderAs for those who write the turns themselves: the turns that
// fit the budget by what each costs, with clean, inert text and names, and where
// to go on when there are more. Turns without a word are left out.
func PageOf(turns []Turn, from Position, cost func(Turn) int, budget int) (page []Turn, next Position, more bool) {
	cast, spent := castOf(turns), 0
	for i := max(from.Turn, 0); i < len(turns); i++ {
		skip := 0
		if i == from.Turn {
			skip = max(from.Rune, 0)
		}
		said := pieceOf(turns[i], skip, budget)
		if said.left() == 0 {
			continue
		}
		head := func(n int) Turn {
			turn := said.head(n)
			turn.Speaker = cast.names[turn.Speaker]
			return turn
		}
		whole := head(len(said.runes))
		price := cost(whole)
		if !said.whole() || spent+price > budget {
			if len(page) > 0 && (spent > budget/2 || said.whole() && price <= budget) {
				return page, Position{i, said.skip}, true
			}
			n := longest(said.runes, func(n int) bool { return spent+cost(head(n)) <= budget })
			if n > 0 {
				page = append(page, head(n))
			}
			return page, Position{i, said.skip + n}, true
		}
		page = append(page, whole)
		spent += price
	}
	return page, Position{}, false
}

// piece is what of a turn a page may have room for.
type piece struct {
	turn  Turn
	runes []rune
	skip  int // how many runes of the turn went before
	total int // how many it has
}

// bytesOfToken is more than any token is long on the average of a text, as
// Tokens counts them.
const bytesOfToken = 12

func pieceOf(turn Turn, skip, room int) piece {
	text := say(turn)
	p := piece{turn: turn, total: utf8.RuneCountInString(text)}
	p.skip = min(skip, p.total)
	for range p.skip {
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	text, _ = head(text, bytesOfToken*room+1000)
	p.runes = []rune(text)
	return p
}

func (p piece) left() int { return p.total - p.skip }

// whole reports that all that is left of the turn is in the piece.
func (p piece) whole() bool { return p.left() == len(p.runes) }

// head is the first n runes of the piece, with the share of the turn's time that
// they are likely to have taken.
func (p piece) head(n int) Turn {
	turn := p.turn
	if n < p.total {
		start, took := turn.Start, max(0, turn.End-turn.Start)
		turn.Start = start + took*float64(p.skip)/float64(p.total)
		turn.End = start + took*float64(p.skip+n)/float64(p.total)
	}
	turn.Text = string(p.runes[:n])
	return turn
}

// Inline is a text as it is shown within a fence, on one line, however long.
func Inline(text string) string { return inline(Clean(text)) }

// inline is Inline of a clean text.
func inline(text string) string { return defuse(fold(Inert(text))) }

// say is a turn's text as it is shown, on one line.
func say(turn Turn) string {
	if turn.clean {
		return turn.Text
	}
	return Inline(turn.Text)
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
	opening tally           // of what stands above the lines
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

// add shows as much of what was said as there is room for, whole if it can, and
// answers how many runes that is.
func (p *page) add(place int, said piece) int {
	n := len(said.runes)
	if n == 0 {
		return 0
	}
	turn := said.turn
	name := p.cast.names[turn.Speaker]
	entry, opening := keyEntry(p.cast.letters[name], name), p.opening
	if len(p.key) == 0 {
		opening.add(p.format.opening([]string{entry}))
	} else if !p.keyed[name] && p.format.keyed() {
		opening.add(", " + entry)
	}
	whole := said.head(n)
	next := line{
		format: p.format, number: place + 1, speaker: name, letter: p.cast.letters[name],
		start: turn.Start, end: turn.End, continued: said.skip > 0, text: whole.Text,
	}
	if p.format.subtitles() {
		next.start, next.end = whole.Start, whole.End
	}
	spent, last := p.spent+opening.total(), len(p.lines)-1
	alone := next
	merged := last >= 0 && p.lines[last].takes(next)
	var before line
	if merged {
		before = p.lines[last]
		next = before
		next.end = max(next.end, turn.End)
	} else if last >= 0 {
		spent += p.lines[last].cost.total()
	}
	head := func(n int) line {
		l, shown := next, said.head(n)
		l.text = JoinWords([]string{before.text, shown.Text})
		if p.format.subtitles() {
			l.end = shown.End
		}
		if l.cost = (tally{}); merged && p.format == Text {
			l.cost = before.cost
			l.cost.add(l.text[len(before.text):])
		} else {
			l.cost.add(l.String())
		}
		return l
	}
	shown := head(n)
	fits := func(n int) bool { return spent+head(n).cost.total() <= p.room }
	if !said.whole() || spent+shown.cost.total() > p.room {
		single := Tokens(p.format.opening([]string{entry})) + Tokens(alone.String())
		if last >= 0 && (spent > p.room/2 || said.whole() && single <= p.room) {
			return 0
		}
		if n = longest(said.runes, fits); n == 0 {
			return 0
		}
		shown = head(n)
	}
	if p.keyed == nil {
		p.keyed = map[string]bool{}
	}
	if !p.keyed[name] {
		p.key, p.keyed[name] = append(p.key, entry), true
	}
	p.opening, p.spent = opening, spent-opening.total()
	p.shown = append(p.shown, said.head(n))
	if merged {
		p.lines[last] = shown
	} else {
		p.lines = append(p.lines, shown)
	}
	return n
}

// mostTries is how many places of a kind are tried to cut a text at.
const mostTries = 8

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
	// a head may cost more than a longer one, when that has more English
	for _, ends := range []func(int) bool{
		func(i int) bool { return sentence(text, i) },
		func(i int) bool { return text[i-1] == ' ' },
	} {
		tries := 0
		for i := low; i > low/2 && tries < mostTries; i-- {
			if ends(i) {
				if fits(i) {
					return i
				}
				tries++
			}
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
