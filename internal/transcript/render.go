package transcript

import (
	"slices"
	"strings"
	"unicode"
)

const (
	// MinBudget is the least with which a page always shows something: the key
	// line's longest name may take most of it.
	MinBudget = 600

	mergeGap  = 2.0  // seconds of silence within what is shown as one line
	mergeSpan = 60.0 // seconds from a line's start after which a new one begins
	mergeSize = 1500 // bytes of a line after which a new one begins
)

// Position is where a page begins: a place in the turns given to Render, and
// how many runes of that turn's clean text went before. Zero is the start.
type Position struct{ Turn, Rune int }

// Page is what of the turns fits a budget.
type Page struct {
	Text        string
	First, Last int      // the Index of the first and last turn shown; -1 when there is none
	Next        int      // the Index of the turn to go on with, -1 when there is no more
	Rest        Position // what to give Render for the next page
}

// Render writes turns from a position on, as many as fit the budget of tokens;
// with less than MinBudget it may be that nothing does. The text has one line
// that says which letter means which speaker, and one line for each turn: its
// time, its speaker's letter, its words. A page ends with a turn; only a turn
// that is longer than a page is cut, at a sentence's end, else at a word's.
func Render(turns []Turn, from Position, budget int) Page {
	p := page{letters: letters(turns), room: budget}
	shown := Page{First: -1, Last: -1, Next: -1}
	for i := max(from.Turn, 0); i < len(turns); i++ {
		turn := turns[i]
		text := []rune(say(turn.Text))
		skip := 0
		if i == from.Turn {
			skip = min(max(from.Rune, 0), len(text))
		}
		taken := p.add(turn, text[skip:], skip > 0)
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
	shown.Text = p.text()
	return shown
}

// say is a turn's text as it is shown, on one line.
func say(text string) string { return fold(Inert(Clean(text))) }

// letters gives each speaker a letter that is the same on every page.
func letters(turns []Turn) map[string]string {
	all := map[string]string{}
	for _, turn := range turns {
		if name := speaker(turn.Speaker); all[name] == "" {
			all[name] = letter(len(all))
		}
	}
	return all
}

func letter(n int) string {
	if n < 26 {
		return string(rune('A' + n))
	}
	return letter(n/26-1) + letter(n%26)
}

type page struct {
	letters map[string]string
	room    int      // tokens
	key     []string // "A = Ana Souza", in the order of appearance
	lines   []line
	spent   int // tokens of all lines but the last
}

type line struct {
	speaker, head, text string
	start, end          float64
	cost                int
}

func (l line) String() string { return l.head + defuse(l.text) }

func (p *page) text() string {
	if len(p.lines) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString(strings.Join(p.key, ", "))
	for _, l := range p.lines {
		out.WriteString("\n" + l.String())
	}
	return out.String()
}

// add shows as much of a turn's text as there is room for, whole if it can,
// and answers how many runes that is.
func (p *page) add(turn Turn, text []rune, continued bool) int {
	if len(text) == 0 {
		return 0
	}
	name := speaker(turn.Speaker)
	key := p.key
	if entry := p.letters[name] + " = " + name; !slices.Contains(key, entry) {
		key = append(slices.Clip(key), entry)
	}
	keyCost := Tokens(strings.Join(key, ", "))
	next := line{speaker: name, head: Clock(turn.Start) + " " + p.letters[name] + ": ", start: turn.Start, end: turn.End}
	if continued {
		next.head = Clock(turn.Start) + " " + p.letters[name] + " (continued): "
	}
	spent, last := p.spent, len(p.lines)-1
	merged := last >= 0 && p.lines[last].takes(next)
	if merged {
		next = p.lines[last]
		next.end = max(next.end, turn.End)
	} else if last >= 0 {
		spent += p.lines[last].cost
	}
	fits := func(n int) bool {
		l := next
		l.text = JoinWords([]string{l.text, string(text[:n])})
		return keyCost+spent+l.tokens() <= p.room
	}
	n := len(text)
	if !fits(n) {
		alone := line{head: next.head, text: string(text)}
		crowded := last >= 0 && (keyCost+spent > p.room/2 || Tokens(key[len(key)-1])+alone.tokens() <= p.room)
		if crowded {
			return 0
		}
		n = longest(text, fits)
		if n == 0 {
			return 0
		}
	}
	next.text = JoinWords([]string{next.text, string(text[:n])})
	next.cost = next.tokens()
	p.key, p.spent = key, spent
	if merged {
		p.lines[last] = next
	} else {
		p.lines = append(p.lines, next)
	}
	return n
}

func (l line) tokens() int { return Tokens("\n" + l.String()) }

// takes says whether next goes on with what l says.
func (l line) takes(next line) bool {
	gap := next.start - max(l.end, l.start)
	return l.speaker == next.speaker && gap <= mergeGap && len(l.text) < mergeSize &&
		next.start >= l.start && next.start-l.start <= mergeSpan
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
