package summarize

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// Checker holds claims against one meeting, which it reads once. It is not for
// use by several at once.
type Checker struct {
	turns  []transcript.Turn
	place  map[int]int // in turns, by Index
	tokens []token     // of the whole meeting
	first  []int       // each turn's first token, and where the last turn ends
	ends   []int       // of what one speaker says in a row
	at     index
	names  map[string][]token   // of who spoke, by speaker
	called map[string][][]token // the same, by the first word of the name
	parts  map[string]bool      // words of names that mean somebody

	languages []string // of the turns
	language  string   // of most of them
	marked    bool     // most turns have a mark at their end
	lexicons  map[string]*words.Lexicon
	detector  *words.Detector

	vocabularies map[string]vocabulary
	numerals     map[string]*numerals // by language
	calendar     calendar
	passages     *passages // nil until they are needed
}

// NewChecker reads a meeting. It fails only when ctx ends.
func NewChecker(ctx context.Context, turns []transcript.Turn) (*Checker, error) {
	c := &Checker{
		turns: turns, place: make(map[int]int, len(turns)), names: map[string][]token{}, called: map[string][][]token{}, parts: map[string]bool{}, languages: words.Languages(turns),
		lexicons: map[string]*words.Lexicon{}, detector: words.NewDetector(), vocabularies: map[string]vocabulary{},
		numerals: map[string]*numerals{}, calendar: newCalendar(),
	}
	c.language = commonest(c.languages)
	marked := 0
	for _, t := range turns {
		if strings.ContainsAny(t.Text[max(0, len(t.Text)-4):], ".?!。？！") {
			marked++
		}
	}
	c.marked = 2*marked > len(turns)
	c.tokens = make([]token, 0, transcript.Words(turns)*9/8+len(turns)/8+1) // about, so that they move seldom
	fold := folder()
	begun := 0
	for i, t := range turns {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		c.place[t.Index] = i
		if i > 0 && (t.Speaker != turns[i-1].Speaker || t.Speaker == "") {
			c.vocabulary(c.languages[i-1]).mark(c.tokens[begun:])
			begun = len(c.tokens)
			c.ends = append(c.ends, begun)
		}
		c.first = append(c.first, len(c.tokens))
		c.tokens = appendTokens(c.tokens, t.Text, fold)
		if i > 0 && c.first[i] < len(c.tokens) && c.goesOn(i) {
			c.tokens[c.first[i]].before = clause
		}
		for k := c.first[i]; k < len(c.tokens); k++ {
			c.tokens[k].turn, c.tokens[k].run = int32(i), int32(len(c.ends))
		}
	}
	if len(turns) > 0 {
		c.vocabulary(c.languages[len(turns)-1]).mark(c.tokens[begun:])
	}
	c.ends = append(c.ends, len(c.tokens))
	c.first = append(c.first, len(c.tokens))
	if err := work.Check(ctx); err != nil {
		return nil, err
	}
	c.meet()
	c.at = newIndex(c.tokens)
	return c, work.Check(ctx)
}

// index says where words are.
type index struct {
	of     map[string]span // in places, by fold
	places []int32         // of tokens
}

func newIndex(tokens []token) index {
	x := index{map[string]span{}, make([]int32, len(tokens))}
	for _, t := range tokens {
		s := x.of[t.fold]
		s.to++
		x.of[t.fold] = s
	}
	from := 0
	for fold, s := range x.of {
		x.of[fold] = span{from, from}
		from += s.to
	}
	for i, t := range tokens {
		s := x.of[t.fold]
		x.places[s.to] = int32(i)
		s.to++
		x.of[t.fold] = s
	}
	return x
}

// placesOf are those of a word, in order.
func (x *index) placesOf(fold string) []int32 {
	s := x.of[fold]
	return x.places[s.from:s.to]
}

// between are the places of a word from one token to before another.
func (x *index) between(fold string, from, to int) []int32 {
	all := x.placesOf(fold)
	first, _ := slices.BinarySearch(all, int32(from))
	last, _ := slices.BinarySearch(all, int32(to))
	return all[first:max(first, last)]
}

// goesOn reports that a turn goes on with the sentence of the one before, which
// has no mark at its end although others have.
func (c *Checker) goesOn(turn int) bool {
	before, now := c.turns[turn-1], c.turns[turn]
	if before.Speaker != now.Speaker || now.Speaker == "" {
		return false
	}
	text := strings.TrimRight(before.Text, " \"'”’»」)")
	last, _ := utf8.DecodeLastRuneInString(text)
	next, _ := utf8.DecodeRuneInString(now.Text)
	return text != "" && parts(text, len(text)-1, last) != sentence && (parts(text, len(text)-1, last) == clause || c.marked && !unicode.IsUpper(next))
}

// meet takes note of who spoke.
func (c *Checker) meet() {
	for _, t := range c.turns {
		if _, seen := c.names[t.Speaker]; seen {
			continue
		}
		name := tokensOf(t.Speaker[:min(len(t.Speaker), mostName)])
		c.names[t.Speaker] = name
		if len(name) > 0 {
			c.called[name[0].fold] = append(c.called[name[0].fold], name)
		}
		for _, part := range name {
			c.parts[part.fold] = len(part.fold) > 1 && !c.lexicon(c.language).Stops(part.fold)
		}
	}
	c.recognise(c.tokens)
}

// mostName is how many bytes of a speaker's name are compared.
const mostName = 200

// recognise marks the names of participants, and numbers in words.
func (c *Checker) recognise(all []token) {
	n := c.numeralsOf(c.language)
	for i := range all {
		if c.parts[all[i].fold] {
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

// turnOf is the place of a token's turn.
func (c *Checker) turnOf(at int) int { return int(c.tokens[at].turn) }

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
	to := int(last.end) + len(rest) - len(strings.TrimLeft(rest, "%％°.!?…。！？"))
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
