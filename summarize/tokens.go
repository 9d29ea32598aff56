package summarize

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

// token is a word as quotes are compared: folded, and where it stands. Of
// scripts without spaces each character is one.
type token struct {
	fold       string
	start, end int32 // bytes of the text
	turn       int32 // place in the meeting's turns
	run        int32 // what one speaker says in a row
	before     stop  // what stands between the word before and this one
	mark       marks // what the word does to a sentence
}

// stop is how much two neighbouring words are parted.
type stop uint8

const (
	joined   stop = iota
	clause        // by a comma, a dash, a bracket
	sentence      // by the end of a sentence, a line or a turn
)

// marks are what a word, or the phrase that it belongs to, does.
type marks uint8

const (
	negates marks = 1 << iota
	hedges
	modal
	skips   // cleaning drops it
	numeral // is a number, or has a digit
	nameful // is a part of a participant's name
	weakens // makes a maybe of the rest of its sentence
	turns   // makes the rest of its sentence untrue
)

// firm are words that no likeness makes up for.
const firm = negates | hedges | modal | numeral | nameful

// tokensOf folds what does not matter to what was said: case, widths, accents,
// apostrophes, hyphens, the grouping of digits, and all between words.
func tokensOf(text string) []token {
	return appendTokens(make([]token, 0, len(text)/5+1), text, foldOf)
}

// appendTokens appends those of a text, each folded by fold.
func appendTokens(all []token, text string, fold func(word string) string) []token {
	between := sentence
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !lettered(r) || unicode.IsMark(r) {
			between = max(between, parts(text, i, r))
			i += size
			continue
		}
		start, single := i, words.Unspaced(r)
		i += size
		for i < len(text) {
			r, size = utf8.DecodeRuneInString(text[i:])
			if !continues(text, i, r, size, single) {
				break
			}
			i += size
		}
		folded := fold(text[start:i])
		if folded == "" {
			continue
		}
		t := token{fold: folded, start: int32(start), end: int32(i), before: between}
		if strings.ContainsAny(folded, "0123456789") {
			t.mark = numeral
		}
		all = append(all, t)
		between = joined
	}
	return all
}

// lettered reports what words are made of, whatever its width or case.
func lettered(r rune) bool {
	return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' ||
		r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}

// continues reports that the character at i belongs to the word before it.
func continues(text string, i int, r rune, size int, single bool) bool {
	switch {
	case unicode.IsMark(r), unicode.Is(unicode.Cf, r), r == '\uff9e', r == '\uff9f':
		return true // they only change what they follow
	case single:
		return false
	case lettered(r):
		return !words.Unspaced(r)
	}
	next, _ := utf8.DecodeRuneInString(text[i+size:])
	switch r {
	case '\'', '’', '‘', 'ʼ', '`', '´', '′', '＇':
		return lettered(next) && !words.Unspaced(next)
	case '.', ',':
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		return unicode.IsDigit(before) && unicode.IsDigit(next)
	}
	return false
}

// parts says how much a sign at i parts the words around it.
func parts(text string, i int, r rune) stop {
	switch r {
	case '.', '!', '?', '\n', '…', '。', '！', '？', '؟', '।', '॥', '．':
		return sentence
	case ',', ';', ':', '(', ')', '[', ']', '—', '–', '，', '、', '；', '：', '،', '؛':
		return clause
	case '-':
		if i > 0 && text[i-1] == ' ' || i+1 < len(text) && text[i+1] == ' ' {
			return clause
		}
	}
	return joined
}

// foldOf is the form in which a word is compared.
func foldOf(word string) string {
	if !words.ASCII(word) {
		word = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) {
				return -1
			}
			return r
		}, word)
	}
	fold := strings.ReplaceAll(words.Unaccented(words.Plain(word)), "'", "")
	if fold != "" && words.Digit(fold[0]) {
		fold = words.Ungrouped(fold)
	}
	return fold
}

// folder returns foldOf that knows again the words that are not ASCII, as it
// takes long for them.
func folder() func(word string) string {
	const most = 1 << 13 // words that are known again
	known := map[string]string{}
	return func(word string) string {
		if words.ASCII(word) {
			return foldOf(word)
		}
		fold, met := known[word]
		if !met {
			if fold = foldOf(word); len(known) < most {
				known[word] = fold
			}
		}
		return fold
	}
}

// single reports a character that is a word by itself.
func single(t token) bool {
	r, _ := utf8.DecodeRuneInString(t.fold)
	return words.Unspaced(r)
}
