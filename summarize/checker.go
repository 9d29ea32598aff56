package summarize

import (
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

// Checker holds claims against one meeting, which it reads once. It is not for
// use by several at once.
type Checker struct {
	turns  []transcript.Turn
	place  map[int]int // in turns, by Index
	tokens []token     // of the whole meeting
	first  []int       // each turn's first token, and where the last turn ends
	ends   []int       // of what one speaker says in a row
	at     map[string][]int
	names  [][]token // of who spoke

	languages []string // of the turns
	language  string   // of most of them
	lexicons  map[string]*words.Lexicon
	detector  *words.Detector

	vocabularies map[string]vocabulary
	numerals     map[string]*numerals // by language
	calendar     calendar
	passages     *passages // nil until they are needed
}

// NewChecker reads a meeting.
func NewChecker(turns []transcript.Turn) *Checker {
	c := &Checker{
		turns: turns, place: make(map[int]int, len(turns)), at: map[string][]int{}, languages: words.Languages(turns),
		lexicons: map[string]*words.Lexicon{}, detector: words.NewDetector(), vocabularies: map[string]vocabulary{},
		numerals: map[string]*numerals{}, calendar: newCalendar(),
	}
	c.language = commonest(c.languages)
	begun := 0
	for i, t := range turns {
		c.place[t.Index] = i
		if i > 0 && (t.Speaker != turns[i-1].Speaker || t.Speaker == "") {
			c.vocabulary(c.languages[i-1]).mark(c.tokens[begun:])
			begun = len(c.tokens)
			c.ends = append(c.ends, begun)
		}
		c.first = append(c.first, len(c.tokens))
		for _, word := range tokensOf(t.Text) {
			word.turn, word.run = i, len(c.ends)
			c.tokens = append(c.tokens, word)
		}
	}
	if len(turns) > 0 {
		c.vocabulary(c.languages[len(turns)-1]).mark(c.tokens[begun:])
	}
	c.ends = append(c.ends, len(c.tokens))
	c.first = append(c.first, len(c.tokens))
	c.meet()
	for i, t := range c.tokens {
		c.at[t.fold] = append(c.at[t.fold], i)
	}
	return c
}

// meet takes note of who spoke.
func (c *Checker) meet() {
	seen := map[string]bool{}
	for _, t := range c.turns {
		if seen[t.Speaker] {
			continue
		}
		seen[t.Speaker] = true
		if name := tokensOf(t.Speaker); len(name) > 0 {
			c.names = append(c.names, name)
		}
	}
	c.recognise(c.tokens)
}

// recognise marks the names of participants, and numbers in words.
func (c *Checker) recognise(all []token) {
	parts := map[string]bool{}
	for _, name := range c.names {
		for _, part := range name {
			parts[part.fold] = len(part.fold) > 1 && !c.lexicon(c.language).Stops(part.fold)
		}
	}
	n := c.numeralsOf(c.language)
	for i := range all {
		if parts[all[i].fold] {
			all[i].mark |= nameful
		}
		if n.counts(all[i].fold) {
			all[i].mark |= numeral
		}
	}
}

func (c *Checker) lexicon(language string) *words.Lexicon {
	if c.lexicons[language] == nil {
		c.lexicons[language] = words.NewLexicon(language)
	}
	return c.lexicons[language]
}

// read makes tokens of a text that is not the meeting's.
func (c *Checker) read(text string) []token {
	all := tokensOf(text)
	c.vocabulary(c.language).mark(all)
	c.recognise(all)
	return all
}

// span is some of the meeting's tokens that one speaker said in a row.
type span struct{ from, to int }

// end is where the speaker of a token ends.
func (c *Checker) end(at int) int { return c.ends[c.tokens[at].run] }

// word is a token of the meeting as it stands there.
func (c *Checker) word(t token) string { return c.turns[t.turn].Text[t.start:t.end] }

// text is a span as it stands in the transcript, with the signs that hang on
// its ends.
func (c *Checker) text(s span) string {
	first, last := c.tokens[s.from], c.tokens[s.to-1]
	said := c.turns[first.turn].Text
	from := len(strings.TrimRight(said[:first.start], "$€£¥₹#"))
	rest := c.turns[last.turn].Text[last.end:]
	to := last.end + len(rest) - len(strings.TrimLeft(rest, "%％°.!?…。！？"))
	if first.turn == last.turn {
		return said[from:to]
	}
	pieces := []string{said[from:]}
	for i := first.turn + 1; i < last.turn; i++ {
		pieces = append(pieces, c.turns[i].Text)
	}
	return transcript.JoinWords(append(pieces, c.turns[last.turn].Text[:to]))
}

// commonest answers the language of most turns.
func commonest(languages []string) string {
	count := map[string]int{}
	best := ""
	for _, language := range languages {
		if count[language]++; count[language] > count[best] {
			best = language
		}
	}
	return best
}

// within reports that words occur one after another.
func within(all, sought []token) bool {
	for i := 0; len(sought) > 0 && i+len(sought) <= len(all); i++ {
		if same(sought, all[i:]) {
			return true
		}
	}
	return false
}
