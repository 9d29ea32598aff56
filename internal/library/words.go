package library

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// plainText folds what writes the same word in two ways: widths, ligatures,
// case, apostrophes and hyphens.
func plainText(text string) string {
	if ascii(text) {
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

// unaccented takes the marks off where a script has them as ornaments of its
// letters; in others they are letters themselves.
func unaccented(word string) string {
	if ascii(word) {
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

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unspaced names the runes of scripts that are searched by pairs.
func unspaced(r rune) bool {
	return r >= 0xe00 && (r == 'ー' || r == '々' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar))
}

func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' ||
		r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}

// word is one of a plain text: with its apostrophes and hyphens, or a run of
// characters that no spaces part.
type word struct {
	text       string
	run        bool
	start, end int
}

// words splits a plain text.
func words(text string) []word {
	all := make([]word, 0, len(text)/6)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !letter(r) || unicode.IsMark(r) {
			i += size
			continue
		}
		start, run := i, unspaced(r)
		for i < len(text) {
			r, size = utf8.DecodeRuneInString(text[i:])
			switch {
			case unicode.IsMark(r):
			case letter(r) && unspaced(r) == run:
			case !run && joint(text, i, r):
			default:
				size = 0
			}
			if size == 0 {
				break
			}
			i += size
		}
		all = append(all, word{text[start:i], run, start, i})
	}
	return all
}

// joint says whether the sign at i holds two parts of a word or number together.
func joint(text string, i int, r rune) bool {
	if i+1 >= len(text) {
		return false
	}
	after, _ := utf8.DecodeRuneInString(text[i+1:])
	switch r {
	case '\'', '-':
		return letter(after) && !unspaced(after)
	case '.', ',':
		return digit(text[i-1]) && digit(text[i+1])
	}
	return false
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// parts are what a word is searched by before it is stemmed: itself, or the
// parts about its hyphens and they in one.
func (w word) parts() []string {
	all := strings.Split(w.text, "-")
	if len(all) > 1 {
		all = append(all, strings.Join(all, ""))
	}
	for i, part := range all {
		all[i] = number(part)
	}
	return all
}

// number drops what groups a number's digits by three: 25,000 and 25.000.
func number(text string) string {
	if text == "" || !digit(text[0]) {
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

// pairs cuts a run into overlapping pairs of characters, marks included, and
// ends with its last character alone, so that each begins a term.
func pairs(run string) []string {
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
		all = append(all, run[start:end])
	}
	return all
}

// exact is the form in which phrases are compared: the words, one space before
// and after each, and unspaced characters each a word.
func exact(text string) string {
	var out strings.Builder
	out.Grow(len(text) + 2)
	out.WriteByte(' ')
	for _, w := range words(plainText(text)) {
		switch {
		case w.run:
			for i, r := range w.text {
				if i > 0 && !unicode.IsMark(r) {
					out.WriteByte(' ')
				}
				out.WriteRune(r)
			}
			out.WriteByte(' ')
		case !digit(w.text[0]) && !strings.ContainsAny(w.text, "-'"):
			out.WriteString(unaccented(w.text))
			out.WriteByte(' ')
		default:
			for part := range strings.SplitSeq(w.text, "-") {
				out.WriteString(unaccented(strings.ReplaceAll(number(part), "'", "")) + " ")
			}
		}
	}
	return out.String()
}
