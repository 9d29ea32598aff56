// Package words makes terms of what people say, in any language: words, stems,
// stop words, and which language a text is in.
package words

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Longest is how many letters of a word, or of a pair's marks, are looked at: of
// longer ones the first count.
const Longest = 64

// Clip cuts off the letters of a word after the Longest.
func Clip(word string) string {
	if len(word) <= Longest {
		return word
	}
	letters := 0
	for i := range word {
		if letters == Longest {
			return word[:i]
		}
		letters++
	}
	return word
}

// Plain folds what writes the same word in two ways: widths, ligatures,
// case, apostrophes and hyphens.
func Plain(text string) string {
	if ASCII(text) {
		return strings.ToLower(strings.ReplaceAll(text, "`", "'"))
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '’', '‘', 'ʼ', '`', '´', '′', '＇':
			return '\''
		case '‐', '‑', '­':
			return '-'
		case 'ـ', '\u200b', '\u2060', '\ufeff': // a stroke that stretches Arabic words; nothing
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}

// Unaccented takes the marks off where a script has them as ornaments of its
// letters; in others they are letters themselves.
func Unaccented(word string) string {
	if ASCII(word) {
		return word
	}
	var out strings.Builder
	base := rune(0)
	for _, r := range norm.NFD.String(word) {
		switch {
		case unicode.Is(unicode.Mn, r) && unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew):
			continue
		case r == 'ß':
			out.WriteByte('s')
			r = 's'
		case r == 'ø':
			r = 'o'
		case r == 'ł':
			r = 'l'
		case r == 'ı':
			r = 'i'
		case r == 'æ':
			out.WriteByte('a')
			r = 'e'
		case r == 'œ':
			out.WriteByte('o')
			r = 'e'
		}
		if !unicode.IsMark(r) {
			base = r
		}
		out.WriteRune(r)
	}
	return norm.NFC.String(out.String())
}

// ASCII reports that a text has no other characters.
func ASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Unspaced names the runes of scripts that are searched by pairs.
func Unspaced(r rune) bool {
	return r >= 0xe00 && (r == 'ー' || r == '々' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar))
}

// Letter reports that a character of a plain text belongs to a word.
func Letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' ||
		r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}

// Word is one of a plain text: with its apostrophes and hyphens, or a run of
// characters that no spaces part.
type Word struct {
	Text       string
	Run        bool
	Start, End int // in bytes
}

// Split splits a plain text.
func Split(text string) []Word {
	return slices.AppendSeq(make([]Word, 0, len(text)/6), All(text))
}

// All yields the words of a plain text one by one.
func All(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		for i := 0; i < len(text); {
			r, size := utf8.DecodeRuneInString(text[i:])
			if !Letter(r) || unicode.IsMark(r) {
				i += size
				continue
			}
			start, run := i, Unspaced(r)
			for i < len(text) {
				r, size = utf8.DecodeRuneInString(text[i:])
				switch {
				case unicode.IsMark(r):
				case Letter(r) && Unspaced(r) == run:
				case !run && joint(text, i, r):
				default:
					size = 0
				}
				if size == 0 {
					break
				}
				i += size
			}
			if !yield(Word{text[start:i], run, start, i}) {
				return
			}
		}
	}
}

// joint says whether the sign at i holds two parts of a word or number together.
func joint(text string, i int, r rune) bool {
	if i+1 >= len(text) {
		return false
	}
	after, _ := utf8.DecodeRuneInString(text[i+1:])
	switch r {
	case '\'', '-':
		return Letter(after) && !Unspaced(after)
	case '.', ',':
		return Digit(text[i-1]) && Digit(text[i+1])
	}
	return false
}

// Digit reports that a byte is one of 0 to 9.
func Digit(c byte) bool { return c >= '0' && c <= '9' }

// Parts are what a word is searched by before it is stemmed: itself, or the
// parts about its hyphens and they in one.
func (w Word) Parts() []string {
	all := strings.Split(w.Text, "-")
	if len(all) > 1 {
		all = append(all, strings.Join(all, ""))
	}
	for i, part := range all {
		all[i] = Ungrouped(part)
	}
	return all
}

// Ungrouped drops what groups a number's digits by three: 25,000 and 25.000.
func Ungrouped(text string) string {
	if text == "" || !Digit(text[0]) {
		return text
	}
	groups := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' })
	if len(groups) < 2 || len(groups[0]) > 3 {
		return text
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return text
		}
	}
	return strings.Join(groups, "")
}

// subjects are what a run is about: its pairs without those that hold grammar,
// and the single characters that grammar leaves alone.
func subjects(run string, found func(pair string)) {
	for _, piece := range strings.FieldsFunc(run, grammar) {
		pairs := Pairs(piece)
		if n := len(pairs); n > 2 && hangul(piece) {
			pairs = pairs[:n-1] // the last syllables are an ending
		}
		if n := len(pairs); n > 1 {
			pairs = pairs[:n-1]
		}
		for _, pair := range pairs {
			found(pair)
		}
	}
}

// grammar names the characters of unspaced scripts that hold a sentence
// together and say nothing.
func grammar(r rune) bool {
	return unicode.Is(unicode.Hiragana, r) || strings.ContainsRune(chineseParticles, r)
}

const chineseParticles = "的了是在和就都也很不没沒我你您他她它们們这這那哪个個有还還要会會能可以把被让讓给給跟与與或但而吗嗎呢吧啊呀哦嗯么麼什怎之其对對从從到说說"

func hangul(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.Is(unicode.Hangul, r)
}

// Pairs cuts a run into overlapping pairs of characters, marks included, and
// ends with its last character alone, so that each begins a term.
func Pairs(run string) []string {
	var starts []int
	for i, r := range run {
		if !unicode.IsMark(r) || len(starts) == 0 {
			starts = append(starts, i)
		}
	}
	all := make([]string, 0, len(starts))
	for i, start := range starts {
		end := len(run)
		if i+2 < len(starts) {
			end = starts[i+2]
		}
		all = append(all, Clip(run[start:end]))
	}
	return all
}

// Exact is the form in which phrases are compared: the words, one space before
// and after each, and unspaced characters each a word.
func Exact(text string) string {
	var out strings.Builder
	out.Grow(len(text) + 2)
	out.WriteByte(' ')
	for w := range All(Plain(text)) {
		switch {
		case w.Run:
			for i, r := range w.Text {
				if i > 0 && !unicode.IsMark(r) {
					out.WriteByte(' ')
				}
				out.WriteRune(r)
			}
			out.WriteByte(' ')
		case !Digit(w.Text[0]) && !strings.ContainsAny(w.Text, "-'"):
			out.WriteString(Unaccented(w.Text))
			out.WriteByte(' ')
		default:
			for part := range strings.SplitSeq(w.Text, "-") {
				out.WriteString(Unaccented(strings.ReplaceAll(Ungrouped(part), "'", "")) + " ")
			}
		}
	}
	return out.String()
}
