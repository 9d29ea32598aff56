package library

import (
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

const (
	unitWords    = 120 // in a turn longer than this, pieces are found one by one
	passageWords = 400
)

// passageSizes are those that a meeting is ranked by, in words: what is asked
// for may be said in a few turns or be spoken of for minutes.
var passageSizes = [...]int{120, passageWords, 800}

// pieces cuts a text so that none has many more than unitWords words: after a
// sentence where there is one.
func pieces(text string) []unit {
	total := transcript.Words([]transcript.Turn{{Text: text}})
	if total <= unitWords*3/2 {
		return []unit{{from: 0, to: len(text), words: total}}
	}
	var all []unit
	start, sentence, n, sentenceWords := 0, 0, 0, 0
	add := func(end, words int) {
		all = append(all, unit{from: start, to: end, words: words})
		start, n, sentence = end, n-words, 0
	}
	before := ' '
	for i, r := range text {
		fresh := before == ' ' && r != ' '
		if n >= unitWords && (fresh || words.Unspaced(r)) {
			if sentence > start {
				add(sentence, sentenceWords)
			} else {
				add(i, n)
			}
		}
		if fresh && i > start && n >= unitWords/2 && strings.ContainsRune(".?!…。？！؟।", lastSign(text[:i])) {
			sentence, sentenceWords = i, n
		}
		if words.Unspaced(r) || fresh {
			n++
		}
		before = r
	}
	add(len(text), max(n, 1))
	return all
}

func lastSign(text string) rune {
	var last rune
	for _, r := range strings.TrimRight(text[max(0, len(text)-8):], " ") {
		last = r
	}
	return last
}

// span is a passage: units from up to, but without, to.
type span struct{ from, to int }

// passages are overlapping spans of about so many words.
func passages(units []unit, size int) []span {
	var all []span
	for a := 0; a < len(units); {
		b, n := a, 0
		for ; b < len(units) && n < size; b++ {
			n += units[b].words
		}
		all = append(all, span{a, b})
		if b == len(units) {
			break
		}
		half, n := a, 0
		for ; half < b && n < size/2; half++ {
			n += units[half].words
		}
		a = max(a+1, half)
	}
	return all
}
