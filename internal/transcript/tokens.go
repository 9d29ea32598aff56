package transcript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokens estimates, on the safe side and in one pass, how many tokens of
// o200k_base a text has. The rates below are hundredths of a token, measured on
// speech in some forty languages and on the data that stands beside it; each
// line is taken by itself, so the parts of a text never come to less than the whole.
func Tokens(text string) int {
	var t tally
	t.add(text)
	return t.total()
}

// add goes on with a text that stands behind what was counted, where no word
// goes on: the sum is that of both together, or a little more.
func (t *tally) add(text string) {
	t.text, t.at = text, 0
	for t.at < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[t.at:])
		switch {
		case unicode.IsSpace(r):
			t.space()
		case unicode.IsDigit(r) && r < 0x80:
			t.digits()
		case unicode.IsLetter(r) || unicode.IsMark(r) && r != 0x20e3 && !selector(r):
			t.word(r)
		default:
			t.sign(r, size)
		}
	}
	t.text = ""
}

// total is the count so far.
func (t tally) total() int {
	t.line()
	return (t.sum + 99) / 100
}

// what stood before the place where a tally is
type neighbour int

const (
	atStart neighbour = iota // of a line
	atBlank
	atLetter
	atDigit
	atSign
)

// tally is a count under way. Latin words cost far less in English than in any
// other language, so a line's are summed both ways until the line's function
// words tell which it is.
type tally struct {
	text           string
	at             int
	last           neighbour
	sum            int
	english, other int // of the line's Latin words
	words, common  int // how many there are, and how many are English function words
}

// line decides what the words of the line cost.
func (t *tally) line() {
	const few, many = 10, 30 // percent of common words
	if t.words > 0 {
		share := min(max(100*t.common/t.words-few, 0), many-few)
		t.sum += (share*min(t.english, t.other) + (many-few-share)*t.other) / (many - few)
	}
	t.english, t.other, t.words, t.common = 0, 0, 0, 0
}

func (t *tally) space() {
	start, turns, broken := t.at, 0, false
	var before rune
	for t.at < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[t.at:])
		if !unicode.IsSpace(r) {
			break
		}
		if before != 0 && r != before {
			turns++
		}
		if r > 0x7f {
			turns += 2
		}
		broken = broken || r == '\n' || r == '\r'
		before = r
		t.at += size
	}
	n := t.at - start
	if broken {
		if t.last == atSign && n == 1 {
			t.sum += 40 // ends the sign's token, as a rule
		} else {
			t.sum += 100 + 100*turns + 10*(n-1)
		}
		t.line()
		t.last = atStart
		return
	}
	next, _ := utf8.DecodeRuneInString(t.text[t.at:])
	if n > 1 || before != ' ' || t.at == len(t.text) || unicode.IsNumber(next) {
		t.sum += 100 + 100*turns + 5*n
	}
	if n > 1 && unicode.IsNumber(next) {
		t.sum += 100
	}
	t.last = atBlank
}

func (t *tally) digits() {
	n := 0
	for t.at < len(t.text) && t.text[t.at] >= '0' && t.text[t.at] <= '9' {
		t.at++
		n++
	}
	t.sum += (n + 2) / 3 * 100
	t.last = atDigit
}

func (t *tally) sign(r rune, size int) {
	switch {
	case r < 0x80 && ascii(byte(r)):
		n, same := 0, 0
		for ; t.at < len(t.text) && ascii(t.text[t.at]); t.at++ {
			if n > 0 && t.text[t.at] == t.text[t.at-1] {
				same++
			}
			n++
		}
		t.sum += 100 + 70*(n-1-same) + 30*same
	default:
		t.at += size
		t.sum += signCost(r)
	}
	t.last = atSign
}

func ascii(c byte) bool {
	return c > ' ' && c < 0x7f && !(c >= '0' && c <= '9') && !(c|0x20 >= 'a' && c|0x20 <= 'z')
}

func signCost(r rune) int {
	switch {
	case r < 0x80, r >= 0x2010 && r <= 0x203a, r >= 0x3001 && r <= 0x3011, r >= 0xff01 && r <= 0xff1f, r == zwj:
		return 100
	case r < 0x100:
		return 120
	case r < 0x800:
		return 150
	case r >= 0xe0000:
		return 400
	}
	return 300
}

// word takes the letters up to the next that a tokenizer never joins to them.
func (t *tally) word(first rune) {
	if first >= 0x250 {
		t.foreign(first)
		return
	}
	start, n, upper, vowels, accents := t.at, 0, 0, 0, 0
	for t.at < len(t.text) {
		r, size := rune(t.text[t.at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(t.text[t.at:])
		}
		capital := r < 0x80 && r >= 'A' && r <= 'Z' || r >= 0x80 && unicode.IsUpper(r)
		if r < 0x80 && (r|0x20 < 'a' || r|0x20 > 'z') || r >= 0x80 && (!unicode.IsLetter(r) && !unicode.IsMark(r) || r >= 0x370 && r < 0x1e00 || r > 0x1eff) ||
			capital && n > upper {
			break
		}
		n++
		if capital {
			upper++
		}
		switch {
		case r >= 0x80:
			accents++
			vowels++
			if r >= 0x180 && r < 0x1e00 {
				accents += 2
			}
		case strings.IndexByte("aeiouyAEIOUY", byte(r)) >= 0:
			vowels++
		}
		t.at += size
	}
	lead := t.last
	t.last = atLetter
	if n == 0 {
		t.at += utf8.RuneLen(first)
		t.sum += 100 * utf8.RuneLen(first)
		return
	}
	text := t.text[start:t.at]
	digit := t.at < len(t.text) && t.text[t.at] >= '0' && t.text[t.at] <= '9'
	other := 100 + 45*max(0, n-4) + 50*accents
	english := other
	known := lead != atLetter && n <= 7 && common(strings.ToLower(text))
	switch {
	case known:
		other, english = 104, 104
	case lead == atLetter || lead == atDigit || digit:
		// a piece of a name in a program, or of something random
		english = 100 + 60*(n-1) + 50*accents
		if n > 4 && upper < 2 && 4*vowels > n && !digit && lead == atLetter {
			english = other + 50
		}
		other = english
	case upper > 1 && lead == atBlank && 4*vowels > n:
		other = 100 + 40*(n-2) + 50*accents
		english = other
	case upper > 1, n > 2 && (vowels == 0 || 6*vowels <= n):
		other = 100 + 62*(n-2) + 50*accents
		english = other
	case accents == 0:
		english = 104 + 8*max(0, n-6) + 30*max(0, n-13)
		if upper > 0 {
			english += 12 * max(0, n-4)
		}
		if lead == atSign {
			english += 20
		}
	}
	t.english += english
	t.other += other
	t.words++
	if known {
		t.common++
	}
	if n := contraction(t.text[t.at:]); n > 0 {
		t.at += n
		t.english += 25
		t.other += 100
		t.common++
	}
}

// contraction measures what English hangs on a word, and a tokenizer with it.
func contraction(text string) int {
	if text == "" || text[0] != '\'' {
		return 0
	}
	for _, end := range []string{"s", "t", "m", "d", "re", "ve", "ll"} {
		n := 1 + len(end)
		if len(text) >= n && strings.EqualFold(text[1:n], end) {
			if r, _ := utf8.DecodeRuneInString(text[n:]); !unicode.IsLetter(r) {
				return n
			}
		}
	}
	return 0
}

// common names the words that tell English from the other languages that are
// written in the same letters.
func common(word string) bool {
	switch word {
	case "a", "about", "all", "and", "are", "as", "at", "be", "been", "because", "but", "by", "can", "could",
		"did", "do", "does", "for", "from", "get", "good", "got", "had", "has", "have", "he", "hello", "her", "here",
		"hi", "how", "i", "if", "in", "is", "it", "just", "know", "let", "like", "mean", "my", "no", "not", "of", "oh",
		"ok", "okay", "on", "one", "or", "our", "out", "right", "say", "see", "she", "should", "so", "some", "sure",
		"than", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "thing", "think",
		"this", "those", "to", "uh", "um", "up", "us", "very", "want", "was", "we", "well", "were", "what", "when",
		"where", "which", "who", "why", "will", "with", "would", "yeah", "yes", "you", "your":
		return true
	}
	return false
}

// foreign takes a word of another script: so much a letter, one token at least.
func (t *tally) foreign(first rune) {
	rate, cost := letterCost(first), 0
	for t.at < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[t.at:])
		if r < 0x250 || !unicode.IsLetter(r) && !unicode.IsMark(r) && r != zwj && r != zwnj || r == 0x20e3 || selector(r) {
			break
		}
		if unicode.IsLetter(r) {
			rate = letterCost(r)
		}
		cost += rate
		t.at += size
	}
	t.sum += max(cost, 100)
	t.last = atLetter
}

func letterCost(r rune) int {
	switch {
	case r < 0x370:
		return 200
	case r < 0x400: // Greek
		return 48
	case r < 0x460: // Cyrillic
		return 40
	case r < 0x530:
		return 100
	case r < 0x590: // Armenian
		return 48
	case r < 0x600: // Hebrew
		return 50
	case r < 0x700: // Arabic
		return 46
	case r < 0x900:
		return 200
	case r < 0xd80: // of India
		if unicode.Is(unicode.Oriya, r) {
			return 200
		}
		return 45
	case r < 0xe00: // Sinhala
		return 80
	case r < 0xe80: // Thai
		return 56
	case r < 0xf00: // Lao
		return 120
	case r < 0x1000:
		return 200
	case r < 0x10a0: // Myanmar
		return 76
	case r < 0x1100: // Georgian
		return 44
	case r < 0x1780:
		return 260
	case r < 0x1800: // Khmer
		return 90
	case r >= 0x1e00 && r < 0x1f00:
		return 100
	case r >= 0x3040 && r < 0x3100: // kana
		return 84
	case r >= 0x4e00 && r < 0xa000: // Han
		return 130
	case r >= 0xac00 && r < 0xd7b0: // Hangul
		return 108
	case r < 0x10000:
		return 300
	}
	return 400
}
