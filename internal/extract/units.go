package extract

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

const (
	pieceWords  = 18 // of speech without marks
	longestUnit = 60 // words: a longer sentence is cut in pieces
	leastWords  = 4  // that say something
	leastTerms  = 2
	widestWord  = 40 // characters, on average: beyond are no words
)

// sentenceMarks end sentences.
const sentenceMarks = ".?!…。？！؟।۔"

// unit is the least that an extract is made of: a sentence, or a piece of
// speech without marks.
type unit struct {
	turn     int    // its place in the turns
	end      int    // of the quote in its turn, in bytes
	quote    string // as it stands there
	text     string // tidied
	spoken   string // the words of the text in small letters, a space about each
	length   int    // in words
	cost     float64
	terms    []int   // in the order in which they are said
	concepts []int   // its terms and pairs of terms, each once
	place    float64 // in the meeting, from 0 to 1
	does     cue
}

// asks reports that a unit is a question.
func (u *unit) asks() bool {
	text := strings.TrimRight(u.quote, " \"'”’»」』)")
	return strings.ContainsAny(text[len(strings.TrimRight(text, sentenceMarks)):], "?？؟")
}

func lastRune(text string) rune {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r
}

func wordsIn(text string) int { return transcript.Words([]transcript.Turn{{Text: text}}) }

// sentences cuts a text after its sentences, and these in pieces where they
// are long or have no marks. No piece has more than limit words.
func (t *tongue) sentences(text string, limit int) iter.Seq[string] {
	return func(yield func(string) bool) { t.cutSentences(text, limit, yield) }
}

func (t *tongue) cutSentences(text string, limit int, yield func(string) bool) {
	add := func(sentence string) bool {
		n := wordsIn(sentence)
		switch {
		case n == 0:
			return true
		case n > min(limit, longestUnit*dense(sentence)) || n > pieceWords*3/2*dense(sentence) && !strings.ContainsFunc(sentence, mark):
			for _, piece := range t.pieces(sentence, min(pieceWords*dense(sentence), max(1, limit*3/4))) {
				if !yield(piece) {
					return false
				}
			}
			return true
		}
		return yield(strings.TrimSpace(sentence))
	}
	start, end := 0, 0
	for i, r := range text {
		if i < end || !strings.ContainsRune(sentenceMarks+"\n", r) {
			continue
		}
		end = i + len(text[i:]) - len(strings.TrimLeft(text[i:], sentenceMarks+"\n"))
		marks := text[i:end]
		end += len(text[end:]) - len(strings.TrimLeft(text[end:], sentenceMarks+"\"'”’»)」』）"))
		if t.ends(text[start:i], marks, text[end:]) {
			if !add(text[start:end]) {
				return
			}
			start = end
		}
	}
	add(text[start:])
}

// mark names the signs that show that a text is punctuated.
func mark(r rune) bool { return strings.ContainsRune(".,;:?!…。、，？！؟،।—–", r) }

// dense is how many times more words are counted in a text than in others that
// say as much, as each character is one where no spaces are set.
func dense(text string) int {
	for _, r := range text {
		if unicode.IsLetter(r) {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				return 2
			}
			return 1
		}
	}
	return 1
}

// ends reports that the marks between two texts end a sentence.
func (t *tongue) ends(before, marks, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	switch {
	case after == "" || strings.ContainsAny(marks, "。？！।۔\n"):
		return true
	case !unicode.IsSpace(next):
		return false
	case marks == "…" || strings.HasPrefix(marks, ".."):
		following, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(after, unicode.IsSpace))
		return !unicode.IsLower(following)
	case marks != ".":
		return true
	}
	const longest = 24 // bytes: no ordinal or abbreviation is as long
	before = before[max(0, len(before)-longest):]
	word := before[strings.LastIndexAny(before, " \n\t(")+1:]
	if number := strings.Trim(word, "0123456789"); number == "" && len(word) <= 2 {
		return !strings.Contains(" da de fi hu no ", " "+t.lexicon.Language+" ") // their ordinals: am 3. Mai
	}
	return utf8.RuneCountInString(word) > 1 && !strings.Contains(word, ".") && !strings.Contains(abbreviations, " "+strings.ToLower(word)+" ")
}

const abbreviations = " mr mrs ms dr prof hon st vs no nr bzw ca evtl ggf inkl usw etc approx dept sr sra dra av m mme p pp vol fig bv dhr mevr dott sig "

// cut is a place where a text may be cut.
type cut struct {
	at       int // in bytes
	quarters int // of words before it
	worth    int
}

// pieces cuts a text into parts of about so many words: where commas and the
// words are that clauses begin with, as far as there are any.
func (t *tongue) pieces(text string, size int) []string {
	var all []string
	cuts := t.cuts(text)
	start, said := 0, 0
	since := func(c cut) int { return (c.quarters - said + 3) / 4 }
	for i := 0; since(cuts[len(cuts)-1]) > size*4/3; {
		best := -1
		for ; since(cuts[i]) <= size*4/3; i++ {
			if since(cuts[i]) < size*2/3 {
				continue
			}
			if best < 0 || cuts[i].worth > cuts[best].worth ||
				cuts[i].worth == cuts[best].worth && abs(since(cuts[i])-size) < abs(since(cuts[best])-size) {
				best = i
			}
		}
		if best < 0 {
			best = i
		}
		if best == len(cuts)-1 {
			break
		}
		all = append(all, strings.TrimSpace(text[start:cuts[best].at]))
		start, said = cuts[best].at, cuts[best].quarters
		i = best + 1
	}
	return append(all, strings.TrimSpace(text[start:]))
}

// cuts are the places before words, and the end.
func (t *tongue) cuts(text string) []cut {
	var all []cut
	quarters := 0
	before, inside := ' ', false
	for i, r := range text {
		n := 0
		switch {
		case unicode.IsSpace(r):
			inside = false
		case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			n, inside = 1, false
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			n, inside = 4, false
		case !inside:
			n, inside = 4, true
		}
		if n > 0 && quarters > 0 && !unicode.IsMark(r) {
			c := cut{i, quarters, 0}
			switch {
			case mark(before):
				c.worth = 3
			case inside && t.clauses[strings.ToLower(firstField(text[i:]))]:
				c.worth = 2
			case inside || unicode.IsSpace(lastRune(text[:i])):
				c.worth = 1
			}
			all = append(all, c)
		}
		quarters += n
		if !unicode.IsSpace(r) {
			before = r
		}
	}
	return append(all, cut{len(text), quarters, 4})
}

func abs(n int) int { return max(n, -n) }

func firstField(text string) string {
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i]
	}
	return text
}
