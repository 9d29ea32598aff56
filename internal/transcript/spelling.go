package transcript

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// addresses finds where mail and web addresses are.
func addresses(text string) []int {
	if !strings.ContainsAny(text, "@:") {
		return nil
	}
	var at []int
	from := 0
	for word := range strings.FieldsFuncSeq(text, unicode.IsSpace) {
		from += strings.Index(text[from:], word)
		if address(word) {
			at = append(at, from)
		}
		from += len(word)
	}
	return at
}

func address(word string) bool {
	name, host, found := strings.Cut(word, "@")
	return found && name != "" && strings.Contains(host, ".") || strings.Contains(word, "://")
}

// spell writes a text in plain small letters, whatever they look like, with one
// space between words and one at the end, and says where each byte comes from.
func spell(text string, one byte) (letters string, at []int) {
	out := make([]byte, 0, len(text)+1)
	at = make([]int, 0, len(text)+1)
	put := func(i int, letters ...byte) {
		for _, c := range letters {
			if c != ' ' || len(out) > 0 && out[len(out)-1] != ' ' {
				out, at = append(out, c), append(at, i)
			}
		}
	}
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' || text[i] >= 0x80)
	}
	for i, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
			put(i, byte(r))
		case r >= 'A' && r <= 'Z':
			put(i, byte(r)|0x20)
		case r == '\'' || r == '’':
			if n := len(out); n == 1 || n > 1 && out[n-2] == ' ' { // l'hôte, but don't
				put(i, ' ')
			}
		case (r == '1' || r == '|') && (letter(i+1) || len(out) > 0 && out[len(out)-1] != ' '):
			put(i, one)
		case r >= '0' && r <= '9':
			put(i, skeleton(r))
		case (r == '@' || r == '$' || r == '!') && letter(i+1):
			put(i, map[rune]byte{'@': 'a', '$': 's', '!': 'i'}[r])
		case r < 0x80:
			put(i, ' ')
		default:
			put(i, plainLetter(r)...)
		}
	}
	put(len(text), ' ')
	return string(out), at
}

// plainLetter is what spell makes of a rune that is not ASCII: nothing of an accent.
func plainLetter(r rune) []byte {
	if c := cmp.Or(skeleton(r), skeleton(unicode.ToLower(r))); c != 0 {
		return []byte{c}
	}
	if parts := norm.NFKD.PropertiesString(string(r)).Decomposition(); len(parts) > 0 {
		r, _ = utf8.DecodeRune(parts)
	}
	switch r = unicode.ToLower(r); {
	case r == 'ß':
		return []byte("ss")
	case r < 0x80 && unicode.IsLetter(r):
		return []byte{byte(r)}
	case unicode.IsLetter(r), unicode.Is(unicode.Mc, r), r >= 0x900 && r < 0xe00 && unicode.IsMark(r):
		return []byte(string(r))
	case unicode.IsMark(r):
		return nil
	}
	return []byte{' '}
}

func oneInWord(text string) bool {
	for i := 1; i < len(text)-1; i++ {
		if (text[i] == '1' || text[i] == '|') && (text[i-1]|0x20 >= 'a' && text[i-1]|0x20 <= 'z' || text[i+1]|0x20 >= 'a' && text[i+1]|0x20 <= 'z') {
			return true
		}
	}
	return false
}

// spelled says whether a text has words in pieces: several letters in a row
// that stand alone, or mostly very short ones.
func spelled(letters string) bool {
	alone, words, short := 0, 0, 0
	for word := range strings.SplitSeq(letters, " ") {
		words++
		if len(word) < 5 {
			short++
		}
		if alone++; len(word) != 1 {
			alone = 0
		}
		if alone >= 4 {
			return true
		}
	}
	return words > 4 && short*10 >= words*9
}

// smuggled says whether a text has, beyond what of it is clean, what nobody sees and no script or emoji needs.
func smuggled(text, clean string) bool {
	if plain(text) {
		return false
	}
	common := 0
	before := rune(0)
	for _, r := range text {
		switch r {
		case '\t', '\r', '\v', '\f', '\n', 0x85, 0x2028, 0x2029:
		case 0xfeff, 0xad, 0x200e, 0x200f, 0x061c, 0x2060: // of word processors
			common++
		case 0x200b:
			if !southEast(before) {
				common++
			}
		default:
			if hidden(r) {
				return true
			}
		}
		before = r
	}
	lost := 0
	if len(clean) < len(text) {
		for _, r := range []rune{zwj, zwnj} {
			lost += strings.Count(text, string(r)) - strings.Count(clean, string(r))
		}
		lost += 2 * (strange(text) - strange(clean))
	}
	return common+lost >= 3
}

// strange counts tags and the rarer selectors.
func strange(text string) int {
	n := 0
	for _, r := range text {
		if r >= 0xe0000 && r <= 0xe01ef || r >= 0xfe00 && r <= 0xfe0d {
			n++
		}
	}
	return n
}
