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
	mostWords  = 400  // of a quote
	mostParts  = 5    // of a quote with elisions
	mostGap    = 60   // words between two parts that are not of one turn
	mostSkips  = 50   // words in a row that cleaning drops
	mostPlaces = 2000 // of one quote
	mostSteps  = 4e6  // words compared while looking for a claim's quotes, whatever is said
	retrying   = 16   // steps that a second way to go on counts for
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
func (h *hearing) locate(quote string, cited int) (found []match, why string) {
	whole := h.read(quote)
	if why := h.tooLittle(whole); why != "" {
		return nil, why
	}
	for _, s := range h.places(whole, cited) {
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
		read[i] = h.read(part)
		if spoken(read[i]) < leastLetters {
			return nil, fmt.Sprintf("a part of the quote is too short to show anything: at least %d words must stand between two elisions", leastWords)
		}
	}
	why = notSaid
	for _, s := range h.places(read[0], cited) {
		m, reason := h.stitch(match{spans: []span{s}}, read[1:])
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
func (h *hearing) stitch(m match, parts [][]token) (match, string) {
	for _, part := range parts {
		next := h.begin(part, h.at.between(part[0].fold, m.to(), h.end(m.from())))
		if len(next) == 0 {
			return m, notSaid
		}
		gap := h.tokens[m.to():next[0].from]
		if h.tokens[m.from()].turn != h.tokens[next[0].from].turn && len(gap) > mostGap {
			return m, fmt.Sprintf("the quote leaves out %d words between two parts: quote the parts one by one", len(gap))
		}
		if word := h.turning(gap, h.tokens[next[0].from]); word != "" {
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
func (h *hearing) tooLittle(quote []token) string {
	switch {
	case len(quote) == 0:
		return "the quote has no words"
	case len(quote) > mostWords:
		return fmt.Sprintf("the quote has %d words: quote at most %d", len(quote), mostWords)
	case letters(quote) < wordyLetters && !slices.ContainsFunc(quote, h.tells):
		return "the quote has only words that everybody says all the time: quote more of the sentence"
	case letters(quote) < leastLetters && !h.wholeSentence(quote):
		return fmt.Sprintf("the quote is too short to show anything: quote at least %d words", leastWords)
	}
	return ""
}

// tells reports that a word is not one that everybody says all the time.
func (c *Checker) tells(t token) bool {
	return t.mark&skips == 0 && (single(t) || !c.lexicon(c.language).Stops(t.fold) && utf8.RuneCountInString(t.fold) > 1)
}

// wholeSentence reports that somebody says just this.
func (h *hearing) wholeSentence(quote []token) bool {
	return slices.ContainsFunc(h.places(quote, -1), func(s span) bool {
		return h.tokens[s.from].before == sentence && (s.to == h.end(s.from) || h.tokens[s.to].before == sentence)
	})
}

// places finds the words of a quote, within what one speaker says in a row:
// behind the turn that is cited first, then before it.
func (h *hearing) places(quote []token, cited int) []span {
	lead := slices.IndexFunc(quote, func(t token) bool { return t.mark&skips == 0 })
	for _, t := range quote {
		if t.mark&skips == 0 && len(h.at.placesOf(t.fold)) == 0 {
			return nil
		}
	}
	at := 0
	if cited >= 0 {
		at = h.first[cited]
	}
	from := func(quote []token) []span {
		fold := quote[0].fold
		return h.begin(quote, slices.Concat(h.at.between(fold, at, len(h.tokens)), h.at.between(fold, 0, at)))
	}
	all := from(quote)
	if len(all) == 0 && lead > 0 {
		all = from(quote[lead:])
	}
	return all
}

// begin finds the places where a quote's first word is, and the others follow.
func (h *hearing) begin(quote []token, starts []int32) []span {
	var all []span
	for n, start := range starts {
		if n%checkEvery == 0 && h.over() || len(all) == mostPlaces {
			break
		}
		from := int(start)
		f := follower{said: h.tokens[from:min(h.end(from), from+2*len(quote)+mostSkips)], quote: quote, steps: &h.steps}
		if n := f.follow(0, 0); n > 0 {
			all = append(all, span{from, from + n})
		}
	}
	return all
}

// checkEvery is how many places are looked at before the context is.
const checkEvery = 64

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
		*f.steps++
	}
	if i == len(f.quote) {
		return j
	}
	if *f.steps += retrying; f.dead[[2]int{i, j}] || *f.steps > mostSteps {
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
	turn := c.turns[c.turnOf(m.from())]
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
