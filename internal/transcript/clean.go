// Package transcript is the one way by which what people said, wrote or called
// themselves leaves the server: cleaned, fenced, and within a budget of tokens.
package transcript

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zwnj = '\u200c'
	zwj  = '\u200d'
	fsi  = '\u2068'
	pdi  = '\u2069'

	maxMarks    = 4    // combining marks on one character
	maxVariants = 8    // ideographs of a text that may name a variant: names have one or two
	maxString   = 4096 // runes of a terminal's control string
)

// Clean takes out of a text all that a reader cannot see, and that could steer
// a terminal or a model: control and escape sequences, tags, bidi controls,
// and joiners and selectors where no script or emoji needs them. Line feeds stay.
func Clean(text string) string { return clean(text, false) }

func clean(text string, isolates bool) string {
	if plain(text) {
		return text
	}
	runes := []rune(strings.ToValidUTF8(text, string(utf8.RuneError)))
	return string(settle(sift(runes, isolates)))
}

func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// sift drops what is never wanted, and makes every line's end a line feed. With
// isolates, those that Line puts around right-to-left text stay.
func sift(in []rune, isolates bool) []rune {
	out := make([]rune, 0, len(in))
	closing := -1
	var e escapes
	for i := 0; i < len(in); i++ {
		switch r := in[i]; {
		case r == '\r' && i+1 < len(in) && in[i+1] == '\n':
		case r == '\r', r == '\v', r == '\f', r == 0x85, r == '\u2028', r == '\u2029':
			out = append(out, '\n')
		case r == '\t', r == '\u2800': // an empty Braille cell is a space that is none
			out = append(out, ' ')
		case r == 0x1b, r >= 0x80 && r <= 0x9f:
			i += e.measure(in, i) - 1
		case isolates && r == fsi:
			if n := isolated(in[i+1:]); n > 0 {
				closing = i + 1 + n
				out = append(out, r)
			}
		case i == closing:
			out = append(out, r)
		case !hidden(r):
			out = append(out, r)
		}
	}
	return out
}

// escapes measures control sequences, and remembers how far there is nothing
// that ends a control string, so that no text is looked through again and again.
type escapes struct{ open int }

// measure measures the control sequence that begins at in[start].
func (e *escapes) measure(all []rune, start int) int {
	in := all[start:]
	kind, n := in[0], 1
	if kind == 0x1b {
		if len(in) == 1 {
			return 1
		}
		switch r := in[1]; {
		case r >= 0x40 && r <= 0x5f:
			kind, n = r+0x40, 2
		case r >= 0x30 && r <= 0x7e:
			return 2
		default:
			n = span(in, 1, 0x20, 0x2f)
			return span(in[:min(len(in), n+1)], n, 0x30, 0x7e)
		}
	}
	switch kind {
	case 0x9b:
		n = span(in, n, 0x30, 0x3f)
		n = span(in, n, 0x20, 0x2f)
		return span(in[:min(len(in), n+1)], n, 0x40, 0x7e)
	case 0x90, 0x98, 0x9d, 0x9e, 0x9f:
		for i := max(n, e.open-start); i < min(len(in), maxString) && in[i] != '\n'; i++ {
			e.open = start + i + 1
			switch {
			case in[i] == 0x07, in[i] == 0x9c:
				return i + 1
			case in[i] == 0x1b && i+1 < len(in) && in[i+1] == '\\':
				return i + 2
			}
		}
	}
	return n // a string without an end takes no words with it
}

func span(in []rune, i int, low, high rune) int {
	for i < len(in) && in[i] >= low && in[i] <= high {
		i++
	}
	return i
}

// isolated finds the end of an isolate that needs to be one.
func isolated(in []rune) int {
	for i, r := range in {
		switch {
		case r == pdi:
			if strings.ContainsFunc(string(in[:i]), rightToLeft) {
				return i
			}
			return 0
		case r == '\n', r == '\r', r >= '\u2028' && r <= '\u202e', r >= '\u2066' && r <= fsi:
			return 0
		}
	}
	return 0
}

// hidden names what is dropped wherever it stands.
func hidden(r rune) bool {
	switch {
	case r < 0x80:
		return r < ' ' && r != '\n' || r == 0x7f
	case r <= 0x9f, r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160,
		r == 0x17b4, r == 0x17b5, r == 0x180e, r == 0x200b, r == 0x200e, r == 0x200f,
		r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0x3164,
		r == 0xfeff, r == 0xffa0, r >= 0xfff0 && r <= 0xfffb,
		r >= 0x1bca0 && r <= 0x1bca3, r >= 0x1d173 && r <= 0x1d17a,
		r >= 0xe0000 && r <= 0xe001f, r >= 0xe0080 && r <= 0xe00ff, r >= 0xe01f0 && r <= 0xe0fff:
		return true
	case r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return true
	}
	return unicode.Is(unicode.Co, r)
}

// settle drops what is wanted in some places only: joiners, selectors, tags
// and heaps of marks. It looks back at what it kept, so that a second pass
// finds nothing to do.
func settle(in []rune) []rune {
	out := make([]rune, 0, len(in))
	marks, variants := 0, 0
	base := 0 // the place in out of the last that is no mark, or is a selector
	for i := 0; i < len(in); i++ {
		r, next := in[i], rune(0)
		if i+1 < len(in) {
			next = in[i+1]
		}
		switch {
		case r < 0x300:
			marks = 0
		case r == zwnj, r == zwj:
			if !joins(out, base, r, next, marks) {
				continue
			}
		case selector(r):
			if !selects(out, r, next) {
				continue
			}
			if r >= 0xe0100 {
				if variants++; variants > maxVariants {
					continue
				}
			}
		case r >= 0xe0020 && r <= 0xe007f:
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if !unicode.IsMark(r) || selector(r) {
			base = len(out)
		}
		out = append(out, r)
		if r == 0x1f3f4 {
			n := region(in[i+1:])
			out = append(out, in[i+1:i+1+n]...)
			base, i = len(out)-1, i+n
		}
	}
	return out
}

// region measures the tags that make a black flag England's, Scotland's or
// Wales's: no other is drawn by anyone, so no other has a use.
func region(in []rune) int {
	for _, name := range []string{"gbeng\x7f", "gbsct\x7f", "gbwls\x7f"} {
		if len(in) >= len(name) && slices.EqualFunc(in[:len(name)], []byte(name),
			func(tag rune, c byte) bool { return tag == 0xe0000+rune(c) }) {
			return len(name)
		}
	}
	return 0
}

// joins says whether a joiner after out has something to do there: between
// letters of a script that shapes them, after a virama, or within an emoji. at
// is the place in out of the letter that the joiner's marks belong to.
func joins(out []rune, at int, r, next rune, marks int) bool {
	if len(out) == 0 {
		return false
	}
	if virama(out[len(out)-1]) {
		return true
	}
	base := out[at]
	switch {
	case shaping(base):
		return shaping(next) && unicode.IsLetter(next) ||
			virama(next) && marks < maxMarks ||
			r == zwj && unicode.Is(unicode.Arabic, base) // ه‍, an era's short form
	case r == zwj && pictograph(next):
		return pictograph(base) || base == 0xfe0f && at > 0 && pictograph(out[at-1])
	}
	return false
}

func virama(r rune) bool {
	return r >= 0x900 && r <= 0xd7f && r&0x7f == 0x4d || r == 0xdca || r == 0x1039 || r == 0x17d2
}

func shaping(r rune) bool {
	return r >= 0x600 && unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Adlam,
		unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam,
		unicode.Sinhala, unicode.Khmer, unicode.Myanmar)
}

func selector(r rune) bool {
	return r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef || r >= 0x180b && r <= 0x180f
}

// selects says whether a variation selector has a base that can take it. Of
// the 240 for ideographs the first sixteen do for people's names.
func selects(out []rune, r, next rune) bool {
	if len(out) == 0 {
		return false
	}
	base := out[len(out)-1]
	switch {
	case r == 0xfe0e, r == 0xfe0f:
		return pictograph(base) || next == 0x20e3 && strings.ContainsRune("0123456789#*", base)
	case r >= 0xfe00 && r <= 0xfe02, r >= 0xe0100 && r <= 0xe010f:
		return unicode.Is(unicode.Han, base)
	case r >= 0x180b && r <= 0x180f:
		return unicode.Is(unicode.Mongolian, base) && unicode.IsLetter(base)
	}
	return false
}

func pictograph(r rune) bool {
	switch {
	case r >= 0x1f000 && r <= 0x1faff, r >= 0x2600 && r <= 0x27bf, r >= 0x2190 && r <= 0x21ff,
		r >= 0x2300 && r <= 0x23ff, r >= 0x25a0 && r <= 0x25ff, r >= 0x2b00 && r <= 0x2bff:
		return true
	}
	switch r {
	case 0xa9, 0xae, 0x203c, 0x2049, 0x2122, 0x2139, 0x24c2, 0x2934, 0x2935, 0x3030, 0x303d, 0x3297, 0x3299:
		return true
	}
	return false
}

// rightToLeft names the letters that turn the line they stand in.
func rightToLeft(r rune) bool {
	switch {
	case r >= 0x590 && r <= 0x8ff, r >= 0xfb1d && r <= 0xfdff, r >= 0xfe70 && r <= 0xfefe,
		r >= 0x10800 && r <= 0x10fff, r >= 0x1e800 && r <= 0x1efff:
		return unicode.IsLetter(r)
	}
	return false
}
