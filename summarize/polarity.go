package summarize

import (
	"slices"
	"strings"
)

func negating(t token) bool { return t.mark&negates != 0 }

// cut finds a negation right before or behind a quote, within its clause, that
// the quote leaves out.
func (c *Checker) cut(m match) string {
	back := 2
	if !strings.ContainsAny(c.textAround(m, farOff), ".?!,") {
		back = 1 // what stands farther off may be another sentence
	}
	for i := m.from(); i > 0 && i > m.from()-back && c.tokens[i].before == joined; i-- {
		if t := c.tokens[i-1]; negating(t) && !c.interjects(t) && c.tokens[i].fold != "only" && c.tokens[i].fold != "just" {
			return c.word(t)
		}
	}
	reach := 3
	if single(c.tokens[m.to()-1]) {
		reach = 6
	}
	for i := m.to(); i < min(c.end(m.from()), m.to()+reach) && c.tokens[i].before == joined; i++ {
		if negating(c.tokens[i]) && c.trails(i) {
			return c.word(c.tokens[i])
		}
	}
	return ""
}

// farOff is how many bytes from a quote a mark has nothing to do with it.
const farOff = 2000

// textAround is the text around where a match begins, of the same turn.
func (c *Checker) textAround(m match, bytes int) string {
	first := c.tokens[m.from()]
	text := c.turns[first.turn].Text
	return text[max(0, int(first.start)-bytes):min(len(text), int(first.end)+bytes)]
}

// interjects reports a word that answers no, and leaves what follows be.
func (c *Checker) interjects(t token) bool {
	switch c.languages[t.turn] {
	case "en":
		return t.fold == "no"
	case "de":
		return t.fold == "nein"
	case "fr":
		return t.fold == "non"
	}
	return false
}

// trails reports a negation that stands behind what it negates.
func (c *Checker) trails(i int) bool {
	switch c.tokens[i].fold {
	case "nicht", "pas", "niet", "ikke", "inte", "degil", "な", "ま", "않", "못", "없":
		return true
	}
	return false
}

// polarity compares what is negated in the text and in its evidence: what the
// one negates the other must not say without any negation.
func (h *hearing) polarity() {
	var evidence, text negated
	near := false
	h.each(func(m match, all []token) {
		evidence.add(h.Checker, all)
		from, to := h.sentence(m)
		near = near || slices.ContainsFunc(h.tokens[from:to], negating)
	})
	text.add(h.Checker, h.text)
	if !near {
		for _, word := range text.not {
			if evidence.has(word) {
				h.fail("the text negates %q, and the evidence does not", word.fold)
				return
			}
		}
	}
	if !slices.ContainsFunc(h.text, negating) {
		for _, word := range evidence.not {
			if text.has(word) && !evidence.has(word) {
				h.fail("the evidence negates %q, and the text does not", word.fold)
				return
			}
		}
	}
}

// negated is which words of some text are negated, and which are not.
type negated struct {
	checker    *Checker
	not, plain []token
}

// has reports that a word is there without being negated.
func (n *negated) has(word token) bool {
	return slices.ContainsFunc(n.plain, func(t token) bool { return n.checker.term(t) == n.checker.term(word) })
}

func (n *negated) add(c *Checker, all []token) {
	n.checker = c
	not := make([]bool, len(all))
	for i, t := range all {
		if !negating(t) || i > 0 && all[i-1].fold == "why" || slices.Contains(strings.Fields(things), t.fold) { // why don't we
			continue
		}
		reach := 4
		if t.fold == "no" || t.fold == "non" || t.fold == "nein" {
			reach = 1
		}
		for j := i + 1; j < min(len(all), i+1+reach) && all[j].before == joined; j++ {
			if all[j].fold == "only" || all[j].fold == "just" {
				break
			}
			if c.carries(all[j]) {
				not[j] = true
				break
			}
		}
	}
	for i, t := range all {
		if !c.carries(t) {
			continue
		}
		if not[i] {
			n.not = append(n.not, t)
		} else {
			n.plain = append(n.plain, t)
		}
	}
}

// carries reports a word that says what is done, rather than how sure it is.
func (c *Checker) carries(t token) bool {
	return t.mark&(negates|hedges|modal|skips) == 0 && !single(t) && c.term(t) != "" && !slices.Contains(strings.Fields(transparent), t.fold)
}

// things are negations that negate no other word.
const things = `nothing nobody none nowhere nor nichts niemand nirgends rien nada nadie nulla niente nessuno ninguem niets nikt никто ничего`

// transparent are words that hand a negation on to what follows.
const transparent = `think believe going plan want sure necessarily really denke glaube plane crois pense creo pienso acho penso credo forget hesitate worry mind`

// sentence is a match with the rest of its sentence, as far as it is near.
func (c *Checker) sentence(m match) (from, to int) {
	const near = 8 // words
	from, to = m.from(), m.to()
	for from > 0 && m.from()-from < near && c.tokens[from].before != sentence {
		from--
	}
	for to < c.end(m.from()) && to-m.to() < near && c.tokens[to].before != sentence {
		to++
	}
	return from, to
}

// questioned reports that the sentence of a match ends as a question.
func (c *Checker) questioned(m match) bool {
	_, to := c.sentence(m)
	last := c.tokens[to-1]
	rest := c.turns[last.turn].Text[last.end:]
	rest = rest[:min(len(rest), farOff)]
	end := strings.IndexAny(rest, ".!?…。！？؟\n")
	return end >= 0 && slices.ContainsFunc([]string{"?", "？", "؟"}, func(mark string) bool { return strings.HasPrefix(rest[end:], mark) })
}

// asks reports that a match is of a question that asks for more than a nod.
func (c *Checker) asks(m match) bool {
	if !c.questioned(m) {
		return false
	}
	_, to := c.sentence(m)
	switch last := c.tokens[to-1]; last.fold {
	case "right", "ok", "okay", "yeah", "yes", "no", "ja", "oder", "hein", "ne": // asks for no more than a nod
		return c.tokens[to-1].before == joined
	}
	return true
}
