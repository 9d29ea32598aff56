package transcript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// NameLimit is the length in runes at which names, titles and file names are cut.
const NameLimit = 80

// Line makes of a text one clean, inert line of at most limit runes, an
// ellipsis included where it was cut. Right-to-left text comes isolated, so
// that it cannot turn what stands around it.
func Line(text string, limit int) string {
	if len(text) <= limit && harmless(text) {
		return defuse(text)
	}
	text, whole := head(text, 16*limit+4096)
	text = Inline(text)
	if !whole {
		text += " …"
	}
	short := cut(text, limit)
	if !strings.ContainsFunc(short, rightToLeft) {
		return short
	}
	if short = cut(text, limit-2); strings.ContainsFunc(short, rightToLeft) {
		return string(fsi) + short + string(pdi)
	}
	return short
}

// head is the first bytes of a text, size at most and no character torn, so that
// what is not shown is not cleaned either. whole reports that it is all of it.
func head(text string, size int) (start string, whole bool) {
	if len(text) <= size {
		return text, true
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size], false
}

// harmless reports that a text is such that there is nothing to clean, as most
// names and links are.
func harmless(text string) bool {
	before := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' || c == ' ' && before == ' ' || strings.IndexByte("[]<>!", c) >= 0 {
			return false
		}
		before = c
	}
	return before != ' ' || text == ""
}

func fold(text string) string { return strings.Join(strings.Fields(text), " ") }

func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	if limit < 1 {
		return ""
	}
	runes := []rune(text)
	return strings.TrimRight(string(runes[:whole(runes, limit-1)]), " \u200c\u200d") + "…"
}

// whole moves a cut before runes[i] back to where no character is torn.
func whole(runes []rune, i int) int {
	for i > 0 && i < len(runes) && torn(runes, i) {
		i--
	}
	return i
}

func torn(runes []rune, i int) bool {
	before, after := runes[i-1], runes[i]
	switch {
	case after < 0x300:
		return false
	case before == zwj, after == zwj, after == zwnj, virama(before), unicode.IsMark(after),
		after >= 0x1f3fb && after <= 0x1f3ff, after >= 0xe0020 && after <= 0xe007f,
		after >= 0x1160 && after <= 0x11ff:
		return true
	}
	flags := 0
	for j := i; j > 0 && regional(after) && regional(runes[j-1]); j-- {
		flags++
	}
	return flags%2 == 1
}

func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
