package summarize

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

var (
	isoDate = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)`)
	label   = regexp.MustCompile(`[\[(](?:\d+:\d\d|turns? \d)[^\])]*[\])]`) // where something stands: [1:02 Ana], (turn 7)
)

// numbers asks that every number of the text occurs in the evidence.
func (h *hearing) numbers() {
	said, units := h.figures()
	text := h.unnamed(h.claim.Text)
	all := h.quantities(text, h.language)
	for i, m := range h.matches { // a text too short to tell its language
		if language := h.spokenIn(m, h.evidence[i].Quote); language != h.language {
			all = append(all, h.quantities(text, language)...)
		}
	}
	if h.language != "en" { // numbers in which a text falls back on English
		all = append(all, slices.DeleteFunc(h.quantities(text, "en"), func(q quantity) bool { return q.unit == "" && !strings.ContainsAny(q.shown, " -") })...)
	}
	told := map[string]bool{}
	for _, q := range all {
		if !q.weak && !told[q.shown] && !h.counts(q, said, units) {
			told[q.shown] = true
			h.fail("the number %q is not in the evidence", q.shown)
		}
	}
	for _, t := range tokensOf(text) {
		if t.mark&numeral != 0 && !isDigit(t.fold) && !h.says(t) && !h.spells(t.fold, said) {
			h.fail("%q is not in the evidence", t.fold)
		}
	}
}

// figures are the numbers of the evidence, and the units that it names.
func (h *hearing) figures() (said []quantity, units map[string]bool) {
	units = map[string]bool{}
	for i, m := range h.matches {
		found := h.quantities(h.evidence[i].Quote, h.spokenIn(m, h.evidence[i].Quote))
		said = append(said, found...)
		for j, q := range found {
			if j > 0 && within99(q) && within99(found[j-1]) && found[j-1].value >= 10 { // nineteen ninety-five
				said = append(said, quantity{value: 100*found[j-1].value + q.value})
			}
			if q.unit == "pm" && q.value < 12 {
				said = append(said, quantity{value: q.value + 12})
			}
		}
		for j, t := range tokensOf(h.evidence[i].Quote) {
			units[unitOf(t.fold)] = true
			said = append(said, h.clockWords(h.tokens[m.from():m.to()], j)...)
		}
		for _, q := range found {
			units[q.unit] = true
		}
	}
	return said, units
}

func within99(q quantity) bool {
	return q.value >= 0 && q.value < 100 && q.value == math.Trunc(q.value)
}

// clockWords reads what English says of minutes: half past three, a quarter to.
func (h *hearing) clockWords(all []token, i int) []quantity {
	if i+1 >= len(all) {
		return nil
	}
	switch all[i].fold + " " + all[i+1].fold {
	case "half past":
		return []quantity{{value: 30}}
	case "quarter past":
		return []quantity{{value: 15}}
	case "quarter to":
		out := []quantity{{value: 45}}
		if i+2 < len(all) {
			if hour, ok := h.numeralsOf("en").value(all[i+2].fold); ok {
				out = append(out, quantity{value: hour - 1})
			}
		}
		return out
	}
	return nil
}

// counts reports that a number is said, and of the same thing where the text
// says of what.
func (h *hearing) counts(q quantity, said []quantity, units map[string]bool) bool {
	return slices.ContainsFunc(said, func(s quantity) bool {
		equal := math.Abs(s.value-q.value) < 1e-9*math.Max(1, math.Abs(q.value))
		switch q.unit {
		case "pm":
			return (equal || s.value == q.value+12) && s.unit != "am"
		case "am":
			return equal && s.unit != "pm"
		case "":
			return equal
		}
		return equal && (s.unit == q.unit || s.unit == "" && units[q.unit])
	})
}

// spells reports that a name with a number in it, as Q3 or GPT-4, is said in
// letters and a number.
func (h *hearing) spells(name string, said []quantity) bool {
	i := strings.IndexAny(name, "0123456789")
	value, ok := digits(name[i:])
	return ok && within(h.said(), tokensOf(name[:i])) && slices.ContainsFunc(said, func(q quantity) bool { return q.value == value })
}

// said is the evidence's words, one quote after another.
func (h *hearing) said() []token {
	var all []token
	h.each(func(_ match, words []token) { all = append(all, words...) })
	return all
}

// unnamed blanks participants' names, which may have numbers, and places in
// brackets.
func (h *hearing) unnamed(text string) string {
	text = label.ReplaceAllStringFunc(text, blank)
	all := tokensOf(text)
	for i := range all {
		for _, name := range h.called[all[i].fold] {
			if len(name) <= len(all)-i && same(name, all[i:]) {
				from, to := all[i].start, all[i+len(name)-1].end
				text = text[:from] + blank(text[from:to]) + text[to:]
			}
		}
	}
	return text
}

func blank(text string) string { return strings.Repeat(";", len(text)) }

// days asks that every day and month of the text occurs in the evidence.
func (h *hearing) days() {
	said := h.moments()
	all := h.text
	for _, m := range h.calendar.moments(all) {
		if !m.weak && !said[m.meaning] {
			h.fail("%q is not in the evidence", shown(h.claim.Text, all[m.from:m.to]))
		}
	}
}

func shown(text string, all []token) string { return text[all[0].start:all[len(all)-1].end] }

// moments are what the evidence says of days and months.
func (h *hearing) moments() map[string]bool {
	said := map[string]bool{}
	for _, e := range h.evidence {
		for _, m := range h.calendar.moments(h.read(e.Quote)) {
			if !m.weak {
				said[m.meaning] = true
				if kind, period, ok := strings.Cut(m.meaning, " "); ok && (kind == "next" || kind == "last") {
					said[period] = true // next Friday is a Friday
				}
			}
		}
	}
	return said
}

// due asks that all of a due date is said in the evidence, in words or digits.
func (h *hearing) due() {
	due := strings.TrimSpace(h.claim.Due)
	if due == "" || nobody(tokensOf(due)) {
		return
	}
	said, units := h.figures()
	moments := h.moments()
	if iso := isoDate.FindStringSubmatch(due); iso != nil {
		h.date(iso[1:], said, moments)
		return
	}
	all := h.read(due)
	told := make([]bool, len(all))
	for _, m := range h.calendar.moments(all) {
		if !moments[m.meaning] && !within(h.said(), all[m.from:m.to]) {
			h.fail("of the due date %q, %q is not in the evidence", due, shown(due, all[m.from:m.to]))
			return
		}
		for i := m.from; i < m.to; i++ {
			told[i] = true
		}
	}
	for _, q := range h.quantities(due, h.languageOf(due)) {
		for i, t := range all {
			told[i] = told[i] || h.counts(q, said, units) && (strings.Contains(q.shown, due[t.start:t.end]) || q.unit != "" && unitOf(t.fold) == q.unit)
		}
	}
	for i, t := range all {
		if !told[i] && (h.tells(t) || t.mark&numeral != 0) && !h.says(t) {
			h.fail("of the due date %q, %q is not in the evidence", due, due[t.start:t.end])
			return
		}
	}
}

// date asks that year, month and day are said.
func (h *hearing) date(parts []string, said []quantity, moments map[string]bool) {
	for i, part := range parts {
		value, _ := digits(part)
		ok := slices.ContainsFunc(said, func(q quantity) bool { return q.value == value })
		if i == 1 {
			ok = moments["month "+strings.TrimPrefix(part, "0")] || slices.ContainsFunc(said, func(q quantity) bool { return q.value == value && q.unit == "month" })
		}
		if !ok {
			h.fail("of the due date %q, %q is not in the evidence: give it in the words of the meeting", h.claim.Due, part)
			return
		}
	}
}
