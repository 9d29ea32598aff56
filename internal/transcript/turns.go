package transcript

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Turn is what one speaker said in one go.
type Turn struct {
	Index      int // from 0, in the API's own order
	Speaker    string
	Start, End float64 // seconds from the recording's start
	Lang       string  // "" when the transcriber did not say
	Text       string

	clean bool // Speaker and Text are as Prepare makes them
	odd   []Suspicion
}

// JoinWords makes a text of a transcriber's words: with spaces where the
// script has them, and none before a closing or after an opening mark.
func JoinWords(words []string) string {
	var out strings.Builder
	last := ""
	for _, word := range words {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		if last != "" && spaced(last, word) {
			out.WriteByte(' ')
		}
		out.WriteString(word)
		last = word
	}
	return out.String()
}

func spaced(last, word string) bool {
	const opening, closing = "([{«“„‘¿¡（「『【《〈", ".,;:!?)]}…%»”’。、，．；：！？）」』】》〉・؟،؛।॥"
	only := func(marks string) func(rune) bool {
		return func(r rune) bool { return !strings.ContainsRune(marks, r) }
	}
	if !strings.ContainsFunc(word, only(closing)) || !strings.ContainsFunc(last, only(opening)) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(last)
	after, _ := utf8.DecodeRuneInString(word)
	return !unspaced(before) || !unspaced(after)
}

// unspaced names the runes of scripts that set no spaces between words.
func unspaced(r rune) bool {
	return r >= 0xe00 && (ideographic(r) || southEast(r))
}

func ideographic(r rune) bool {
	return r >= 0x3001 && r <= 0x303f || r == 'ー' || r >= 0xff01 && r <= 0xff0f || r == '：' || r == '；' || r == '？' ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo)
}

func southEast(r rune) bool {
	return unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// Clock writes seconds as m:ss, and as h:mm:ss from one hour on.
func Clock(seconds float64) string {
	if !(seconds > 0) {
		seconds = 0
	}
	s := int64(min(seconds, math.MaxInt32))
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// Words counts the words of the turns. Where a script sets no spaces, an
// ideograph or kana counts as one, and so do four letters of the other scripts.
func Words(turns []Turn) int {
	n := 0
	for _, turn := range turns {
		n += words(turn.Text)
	}
	return n
}

func words(text string) int {
	n, letters, inside := 0, 0, false
	for _, r := range text {
		switch {
		case r >= 0xe00 && ideographic(r):
			if unicode.IsLetter(r) {
				n++
			}
			inside = false
		case r >= 0xe00 && southEast(r):
			if letters%4 == 0 {
				n++
			}
			letters++
			inside = false
			continue
		case unicode.IsSpace(r):
			inside = false
		case !inside && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			n++
			inside = true
		}
		letters = 0
	}
	return n
}

// Speaking is how much of a meeting one person spoke.
type Speaking struct {
	Speaker string
	Seconds float64
	Words   int
	Turns   int
}

// TalkTime sums up the turns by speaker, who spoke longest first.
func TalkTime(turns []Turn) []Speaking {
	var all []Speaking
	place := map[string]int{}
	for _, turn := range turns {
		name := speaker(turn.Speaker)
		i, known := place[name]
		if !known {
			i = len(all)
			place[name] = i
			all = append(all, Speaking{Speaker: name})
		}
		all[i].Seconds += max(0, turn.End-turn.Start)
		all[i].Words += words(turn.Text)
		all[i].Turns++
	}
	slices.SortStableFunc(all, func(a, b Speaking) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(b.Words, a.Words))
	})
	return all
}

func speaker(name string) string {
	return cmp.Or(Line(name, NameLimit), "unknown speaker")
}
