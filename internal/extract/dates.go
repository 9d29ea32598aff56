package extract

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/meetmcp/meetmcp/internal/words"
)

// part is what a word is to a date.
type part int

const (
	day    part = 1 << iota // a date by itself
	month                   // with a number
	period                  // with one of these
	which                   // before it
	after
	number
	link  // may stand between
	limit // stands before a date until when something is to be done
	past  // stands before one that is over
)

// partOf is what the words of a list are to a date.
func partOf(list string) part {
	switch list {
	case "days":
		return day
	case "months":
		return month
	case "periods":
		return period
	case "which":
		return which
	case "after":
		return after
	case "ordinals":
		return number
	case "links":
		return link
	case "by":
		return limit
	case "past":
		return past
	}
	return 0
}

// dated is a word of a text, and what it is to a date.
type dated struct {
	field
	part
}

// due finds until when something is to be done: a date, as it was said. One that
// no word says to be a limit counts only if bare is set, and if it is the only one.
func (t *tongue) due(quote string, bare bool) string {
	var found []string
	all := t.dated(quote)
	for from, i := 0, 0; from < len(all); from = max(i, from+1) {
		i = from
		for i < len(all) && all[i].part&(day|month|period|which|after|number|link) != 0 && (i == from || all[i-1].joins || goesOn(all[i:])) {
			i++
		}
		var before part
		if from > 0 {
			before = all[from-1].part
		}
		run := trim(all[from:i])
		if before&past != 0 || !isDate(run, before&limit != 0) {
			continue
		}
		date := strings.TrimFunc(quote[run[0].start:run[len(run)-1].end], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
		if before&limit != 0 {
			return date
		}
		found = append(found, date)
	}
	if !bare || len(found) != 1 {
		return ""
	}
	return found[0]
}

func (t *tongue) dated(text string) []dated {
	fields := fieldsOf(text)
	all := make([]dated, len(fields))
	for i, f := range fields {
		all[i] = dated{f, t.calendar[f.key]}
		if f.key != "" && words.Digit(f.key[0]) {
			all[i].part = number
		}
	}
	return all
}

// goesOn reports that a date goes on behind a sign: tomorrow, Tuesday; Friday, the
// thirteenth; 3. Mai.
func goesOn(rest []dated) bool {
	return rest[0].part&(day|month) != 0 || rest[0].part&link != 0 && len(rest) > 1 && rest[1].part&number != 0
}

// trim takes off what only leads to a date or away from it.
func trim(run []dated) []dated {
	is := func(i int, part part) bool { return i < len(run) && run[i].part&part != 0 }
	for is(0, link) || is(0, number) && is(1, link) && !is(2, month) {
		run = run[1:]
	}
	for n := len(run); n > 0 && is(n-1, link|which) && !is(n-1, after); n-- {
		run = run[:n-1]
	}
	return run
}

// isDate reports a day, a month with a number, or one of its kind of period.
func isDate(run []dated, limit bool) bool {
	var all part
	for _, d := range run {
		all |= d.part
	}
	return all&day != 0 || all&month != 0 && (limit || all&number != 0) || all&period != 0 && all&(which|after) != 0
}

// field is a word of a text: where it stands, and in small letters.
type field struct {
	key        string
	start, end int
	joins      bool // no sign parts it from the next
}

func fieldsOf(text string) []field {
	var all []field
	end := 0
	for raw := range strings.FieldsSeq(text) {
		start := end + strings.Index(text[end:], raw)
		end = start + len(raw)
		all = append(all, field{keyOf(raw), start, end, joins(raw) || unicode.IsDigit(lastRune(raw))})
	}
	return all
}

// unspacedDates match dates in Japanese and Chinese, and a word that makes one a
// limit.
const unspacedDates = `((?:(?:再?来|今|次の|下个?|本|这)(?:週|周|月|月末)|明日|明後日|明天|后天|今日|本日|今天|月末|月底|週末|周末|[月火水木金土日]曜日?|(?:周|星期)[一二三四五六日天]|` +
	`[〇一二三四五六七八九十0-9０-９]+[月日号](?:[〇一二三四五六七八九十0-9０-９]+[日号])?)(?:の|、)?)+(まで|中に|までに|には|之前|以前|前)?`

// unspacedDue is due for texts without spaces.
func (m *Meeting) unspacedDue(quote string, bare bool) string {
	if m.unspacedDates == nil {
		m.unspacedDates = regexp.MustCompile(unspacedDates)
	}
	var found []string
	for _, at := range m.unspacedDates.FindAllStringSubmatchIndex(quote, -1) {
		if at[4] >= 0 { // the limit
			return quote[at[0]:at[4]]
		}
		found = append(found, strings.TrimRight(quote[at[0]:at[1]], "の、"))
	}
	if !bare || len(found) != 1 {
		return ""
	}
	return found[0]
}
