package summarize

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Limits of a quote, and of what it may leave out.
const (
	mostWords = 400 // of a quote
	mostParts = 5   // of a quote with elisions
	mostGap   = 60  // words between two parts that are not of one turn
	mostSkips = 50  // words in a row that cleaning drops
	mostSteps = 1e6 // of looking for one quote, whatever is said
)

// match is where a quote stands.
type match struct {
	spans   []span
	changed []string // words of the quote that are others in the transcript
}

func (m match) from() int { return m.spans[0].from }
func (m match) to() int   { return m.spans[len(m.spans)-1].to }

// locate finds the places of a quote, words for words, elisions aside. Without
// any, why says what stands in the way.
func (c *Checker) locate(quote string) (found []match, why string) {
	whole := c.read(quote)
	if why := c.tooLittle(whole); why != "" {
		return nil, why
	}
	for _, s := range c.places(whole, 0, len(c.tokens)) {
		found = append(found, match{spans: []span{s}})
	}
	parts := elided(quote)
	if len(found) > 0 || len(parts) < 2 {
		return found, notSaid
	}
	if len(parts) > mostParts {
		return nil, fmt.Sprintf("the quote leaves something out in %d places: quote at most %d parts at once", len(parts)-1, mostParts)
	}
	read := make([][]token, len(parts))
	for i, part := range parts {
		read[i] = c.read(part)
		if spoken(read[i]) < leastLetters {
			return nil, fmt.Sprintf("a part of the quote is too short to show anything: at least %d words must stand between two elisions", leastWords)
		}
	}
	why = notSaid
	for _, s := range c.places(read[0], 0, len(c.tokens)) {
		m, reason := c.stitch(match{spans: []span{s}}, read[1:])
		if reason == "" {
			found = append(found, m)
		} else if why == notSaid {
			why = reason
		}
	}
	return found, why
}

const notSaid = "the quote does not stand in the transcript"

// elided parts a quote where it says that it leaves something out.
func elided(quote string) []string {
	quote = strings.NewReplacer("[...]", "…", "[…]", "…", "(...)", "…", "(…)", "…", "....", "…", "...", "…", ". . .", "…", "……", "…", "⋯", "…").Replace(quote)
	var parts []string
	for part := range strings.SplitSeq(quote, "…") {
		if len(tokensOf(part)) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// stitch finds the further parts of a quote behind the first, each at its
// nearest, if what is left out between them does not turn the sense.
func (c *Checker) stitch(m match, parts [][]token) (match, string) {
	for _, part := range parts {
		next := c.places(part, m.to(), c.end(m.from()))
		if len(next) == 0 {
			return m, notSaid
		}
		gap := c.tokens[m.to():next[0].from]
		if c.tokens[m.from()].turn != c.tokens[next[0].from].turn && len(gap) > mostGap {
			return m, fmt.Sprintf("the quote leaves out %d words between two parts: quote the parts one by one", len(gap))
		}
		if word := c.turning(gap, c.tokens[next[0].from]); word != "" {
			return m, fmt.Sprintf("the words that the quote leaves out have %q: quote them too", word)
		}
		m.spans = append(m.spans, next[0])
	}
	return m, ""
}

// turning finds in a gap a negation that belongs to what is quoted before or
// after it, or that stands alone.
func (c *Checker) turning(gap []token, after token) string {
	first, last := len(gap), 0 // where the first clause of the gap ends, and the last begins
	for i, t := range gap {
		if t.before != joined {
			first, last = min(first, i), i
		}
	}
	if after.before != joined {
		last = len(gap)
	}
	for i, t := range gap {
		if negating(t) && (i < first || i >= last || alone(gap, i)) {
			return c.word(t)
		}
	}
	return ""
}

// alone reports that a word makes a clause with one other at most.
func alone(gap []token, i int) bool {
	from, to := i, i+1
	for from > 0 && gap[from].before == joined {
		from--
	}
	for to < len(gap) && gap[to].before == joined {
		to++
	}
	return to-from <= 2
}

// The least that a quote must have to show anything.
const (
	leastWords   = 3
	leastLetters = 2 * leastWords // where characters are words
	wordyLetters = 4 * leastWords // of words that everybody says all the time
)

// spoken counts the words of a quote: one for a character that is one, two
// for a word.
func spoken(all []token) int {
	n := 2 * len(all)
	for _, t := range all {
		if single(t) {
			n--
		}
	}
	return n
}

// letters is spoken without what cleaning drops.
func letters(all []token) int {
	return spoken(slices.DeleteFunc(slices.Clone(all), func(t token) bool { return t.mark&skips != 0 }))
}

// tooLittle says what is wrong with a quote that anything could be proved by.
func (c *Checker) tooLittle(quote []token) string {
	switch {
	case len(quote) == 0:
		return "the quote has no words"
	case len(quote) > mostWords:
		return fmt.Sprintf("the quote has %d words: quote at most %d", len(quote), mostWords)
	case letters(quote) < wordyLetters && !slices.ContainsFunc(quote, c.tells):
		return "the quote has only words that everybody says all the time: quote more of the sentence"
	case letters(quote) < leastLetters && !c.wholeSentence(quote):
		return fmt.Sprintf("the quote is too short to show anything: quote at least %d words", leastWords)
	}
	return ""
}

// tells reports that a word is not one that everybody says all the time.
func (c *Checker) tells(t token) bool {
	return t.mark&skips == 0 && (single(t) || !c.lexicon(c.language).Stops(t.fold) && utf8.RuneCountInString(t.fold) > 1)
}

// wholeSentence reports that somebody says just this.
func (c *Checker) wholeSentence(quote []token) bool {
	return slices.ContainsFunc(c.places(quote, 0, len(c.tokens)), func(s span) bool {
		return c.tokens[s.from].before == sentence && (s.to == c.end(s.from) || c.tokens[s.to].before == sentence)
	})
}

// places finds the words of a quote, within what one speaker says in a row.
func (c *Checker) places(quote []token, from, to int) []span {
	lead := slices.IndexFunc(quote, func(t token) bool { return t.mark&skips == 0 })
	for _, t := range quote {
		if t.mark&skips == 0 && len(c.at[t.fold]) == 0 {
			return nil
		}
	}
	if lead < 0 {
		lead = 0
	}
	all := c.begin(quote, from, to)
	if len(all) == 0 && lead > 0 {
		all = c.begin(quote[lead:], from, to)
	}
	return all
}

// begin finds the places where a quote's first word is, and the others follow.
func (c *Checker) begin(quote []token, from, to int) []span {
	var all []span
	starts := c.at[quote[0].fold]
	first, _ := slices.BinarySearch(starts, from)
	steps := 0
	for _, start := range starts[first:] {
		if start >= to || steps > mostSteps {
			break
		}
		end := min(to, c.end(start), start+2*len(quote)+mostSkips)
		f := follower{said: c.tokens[start:end], quote: quote, steps: &steps}
		if n := f.follow(0, 0); n > 0 {
			all = append(all, span{start, start + n})
		}
	}
	return all
}

// follower holds a quote against what is said from some word on. Either may
// have words between that cleaning drops.
type follower struct {
	said, quote []token
	steps       *int            // taken so far
	dead        map[[2]int]bool // from where there is no way on
}

// follow answers where the quote's words from i on end that are said from j
// on, 0 if they are not said.
func (f *follower) follow(i, j int) int {
	for i < len(f.quote) && j < len(f.said) && f.quote[i].fold == f.said[j].fold && (f.quote[i].mark|f.said[j].mark)&skips == 0 {
		i, j = i+1, j+1
	}
	if i == len(f.quote) {
		return j
	}
	if *f.steps++; f.dead[[2]int{i, j}] || *f.steps > mostSteps {
		return 0
	}
	if j < len(f.said) {
		if f.quote[i].fold == f.said[j].fold {
			if n := f.follow(i+1, j+1); n > 0 {
				return n
			}
		}
		if f.said[j].mark&skips != 0 {
			if n := f.follow(i, j+1); n > 0 {
				return n
			}
		}
	}
	if f.quote[i].mark&skips != 0 {
		if n := f.follow(i+1, j); n > 0 {
			return n
		}
	}
	if f.dead == nil {
		f.dead = map[[2]int]bool{}
	}
	f.dead[[2]int{i, j}] = true
	return 0
}

// evidenceOf shows a match as it stands in the transcript.
func (c *Checker) evidenceOf(m match) Evidence {
	pieces := make([]string, len(m.spans))
	for i, s := range m.spans {
		pieces[i] = c.text(s)
	}
	turn := c.turns[c.tokens[m.from()].turn]
	return Evidence{Quote: strings.Join(pieces, " … "), Speaker: turn.Speaker, Start: turn.Start, Turn: turn.Index}
}

// unlabelled takes off a quote what our own answers put before it, the time
// and the speaker in brackets.
func unlabelled(quote string) string {
	quote = strings.TrimSpace(quote)
	if label, rest, ok := strings.Cut(quote, "]"); ok && strings.HasPrefix(label, "[") && len(label) < 120 {
		if _, err := transcript.ParseClock(strings.Fields(label[1:] + " x")[0]); err == nil {
			return rest
		}
	}
	return quote
}
