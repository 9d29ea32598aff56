package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

// spokenWord is a word as it was said, with the signs about it.
type spokenWord struct {
	raw string
	key string // in small letters, without the signs; "" when there is nothing else
}

func keyOf(raw string) string {
	return strings.TrimFunc(words.Plain(raw), func(r rune) bool { return !words.Letter(r) })
}

// tidy is a sentence as one would write it: without what people say while they
// think, without what they say twice or break off, and without the word that
// only ties it to what went before. Nothing that changes its sense goes.
func (t *tongue) tidy(sentence string) (text, spoken string) {
	sentence = t.dropRuns(sentence)
	all := make([]spokenWord, 0, len(sentence)/5+1)
	for raw := range strings.FieldsSeq(sentence) {
		all = append(all, spokenWord{raw, keyOf(raw)})
	}
	all = t.dropRepeats(t.dropFillers(all))
	all = all[t.leading(all):]
	var out, keys strings.Builder
	out.Grow(len(sentence))
	keys.Grow(len(sentence))
	keys.WriteByte(' ')
	for _, w := range all {
		if w.key == "" && out.Len() == 0 {
			continue
		}
		if out.Len() > 0 && !closes(w.raw) {
			out.WriteByte(' ')
		}
		out.WriteString(w.raw)
		if w.key != "" {
			keys.WriteString(w.key)
			keys.WriteByte(' ')
		}
	}
	return finished(out.String()), keys.String()
}

// closes reports that only signs are in a word, that stand close behind others.
func closes(raw string) bool { return strings.Trim(raw, ".,;:?!…") == "" }

// finished begins a sentence with a capital and ends it with a mark.
func finished(text string) string {
	const loose = " ,;:-–—、，"
	text = strings.TrimRight(strings.TrimLeft(text, loose+"…。"), loose)
	if strings.HasPrefix(text, "..") {
		text = strings.TrimLeft(text, ". ")
	}
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	if second, _ := utf8.DecodeRuneInString(text[size:]); !unicode.IsUpper(second) { // iPhone
		text = string(unicode.ToTitle(first)) + text[size:]
	}
	last := lastRune(text)
	switch {
	case !unicode.IsLetter(last) && !unicode.IsNumber(last) && !unicode.IsMark(last):
		return text
	case unicode.In(last, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return text + "。"
	case unicode.In(last, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return text
	}
	return text + "."
}

// dropRuns takes out the fillers that a sign parts from what is said, where no
// spaces are.
func (t *tongue) dropRuns(text string) string {
	for _, run := range t.runs {
		for _, sign := range []string{"、", "，"} {
			filler := run + sign
			if !strings.Contains(text, filler) {
				continue
			}
			text = strings.TrimPrefix(text, filler)
			for _, before := range []string{"、", "，", "。", " "} {
				text = strings.ReplaceAll(text, before+filler, before)
			}
		}
	}
	return text
}

// dropFillers takes out the fillers, of one word or two. A mark that ends the
// sentence goes to the word before.
func (t *tongue) dropFillers(all []spokenWord) []spokenWord {
	kept := all[:0]
	for i := 0; i < len(all); i++ {
		n := t.filler(all, i)
		if n == 0 {
			kept = append(kept, all[i])
			continue
		}
		i += n - 1
		if mark := lastRune(all[i].raw); strings.ContainsRune(sentenceMarks, mark) && len(kept) > 0 {
			if last := &kept[len(kept)-1]; !strings.ContainsRune(sentenceMarks, lastRune(last.raw)) {
				last.raw = strings.TrimRight(last.raw, ",;:") + string(mark)
			}
		}
	}
	return kept
}

// filler counts the words of a filler at i.
func (t *tongue) filler(all []spokenWord, i int) int {
	before := ""
	if i > 0 {
		before = all[i-1].key
	}
	switch raw := all[i].raw; {
	case t.fillers[all[i].key]:
		if t.isNumber(before) || len(raw) > 1 && raw == strings.ToUpper(raw) { // 5 mm, the ER
			return 0
		}
		return 1
	case i+1 < len(all) && joins(raw) && !t.unless[before] && t.pairs[all[i].key+" "+all[i+1].key]:
		return 2
	}
	return 0
}

func (t *tongue) isNumber(key string) bool {
	return key != "" && (words.Digit(key[0]) || t.calendar[key]&number != 0)
}

// joins reports that no sign parts a word from the next.
func joins(raw string) bool {
	last := lastRune(raw)
	return unicode.IsLetter(last) || last == '\''
}

// dropRepeats leaves one of what was said twice in a row, up to four words long,
// and takes out the beginning of a word that was then said whole. Numbers are
// left as they are.
func (t *tongue) dropRepeats(all []spokenWord) []spokenWord {
	for n := 4; n >= 1; n-- {
		kept := all[:0]
		for i := 0; i < len(all); i++ {
			if i+2*n > len(all) || !t.repeated(all[i:i+n], all[i+n:i+2*n]) {
				kept = append(kept, all[i])
				continue
			}
			i += n - 1
		}
		all = kept
	}
	return slices.DeleteFunc(all, func(w spokenWord) bool { return w.raw == "-" })
}

func (t *tongue) repeated(a, b []spokenWord) bool {
	for i := range a {
		same := a[i].key == b[i].key || len(a) == 1 && brokenOff(a[i], b[i].key)
		if !same || a[i].key == "" || t.isNumber(a[i].key) || len(a) == 1 && t.twice[a[i].key] {
			return false
		}
	}
	return !strings.ContainsRune(sentenceMarks, lastRune(a[len(a)-1].raw))
}

// brokenOff reports that a word is only the beginning of the next: w we, rec- recording.
func brokenOff(w spokenWord, next string) bool {
	if len(next) <= len(w.key) || !strings.HasPrefix(next, w.key) {
		return false
	}
	return strings.HasSuffix(w.raw, "-") || len(w.key) == 1 && w.raw == w.key && strings.Contains("bcdfghjklmnpqrstvwxz", w.key)
}

// leading counts the words at a sentence's beginning that tie it to what went
// before.
func (t *tongue) leading(all []spokenWord) int {
	n := 0
	for ; n < len(all)-1; n++ {
		lead, next := t.leads[all[n].key], all[n+1].key
		switch {
		case all[n].key == "", lead == always, lead != 0 && !joins(all[n].raw):
		case lead == before && (t.subjects[next] || t.leads[next] == always || t.leads[next] == before):
		default:
			return n
		}
	}
	return n
}
