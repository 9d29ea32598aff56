package summarize

import (
	"fmt"
	"slices"
	"strings"
)

// reach is how many words before and after a quote are looked at for what the
// rest of its sentence makes of it.
const reach = 20

// rest judges quotes with what they leave out of their own sentences: "the
// screens are done" of "the screens are done, mostly". What turns the sense
// fails, unless the text says no itself; what weakens it makes it a maybe.
func (h *hearing) rest() {
	denied := slices.ContainsFunc(h.text, negating)
	for _, m := range h.matches {
		from, to := h.bounds(m)
		before, after := h.tokens[from:m.from()], h.tokens[m.to():to]
		if word := h.denial(before, after); word != "" && !denied {
			h.fail("the rest of its sentence turns it round (%q): quote it too", word)
			return
		}
		for _, part := range [][]token{before, after} {
			if i := slices.IndexFunc(part, h.weakening); i >= 0 {
				h.weakened = true
				h.hedged = append(h.hedged, fmt.Sprintf("the rest of its sentence makes it a maybe: %q", h.phrase(part[i:], h.weakening)))
				break
			}
		}
		within := len(after) > 0 || len(before) > 0 && h.tokens[m.from()].before == joined
		if within && h.questioned(m) && !strings.ContainsAny(h.claim.Text, "?？؟") {
			h.weakened = true
			h.hedged = append(h.hedged, "it is asked, not said")
		}
	}
}

// bounds is the sentence of a match, as far as it is in reach.
func (c *Checker) bounds(m match) (from, to int) {
	from, to = m.from(), m.to()
	first := 0
	if run := c.tokens[from].run; run > 0 {
		first = c.ends[run-1]
	}
	for from > first && m.from()-from < reach && c.tokens[from].before != sentence {
		from--
	}
	for to < c.end(m.from()) && to-m.to() < reach && c.tokens[to].before != sentence {
		to++
	}
	return from, to
}

// denial finds what turns the sense of a quote before or after it, "" if nothing
// does.
func (h *hearing) denial(before, after []token) string {
	if i := slices.IndexFunc(before, turningRound); i >= 0 {
		return h.phrase(before[i:], turningRound)
	}
	for i, t := range before { // nobody says that
		if negating(t) && i+1 < len(before) && subordinates(before[len(before)-1]) && !parted(before[i+1:]) {
			return h.word(t)
		}
	}
	if i := slices.IndexFunc(after, turningRound); i >= 0 {
		return h.phrase(after[i:], turningRound)
	}
	for i, t := range after {
		last := i+1 == len(after)
		right := i < 2 && !parted(after[:i+1]) // are | not done
		if denies(t) && (last && h.finished(t) || right && !(i+1 < len(after) && (after[i+1].fold == "only" || after[i+1].fold == "just"))) {
			return h.word(t)
		}
	}
	return ""
}

// finished reports that a token ends its sentence, or its turn.
func (c *Checker) finished(t token) bool {
	rest := strings.TrimLeft(c.turns[t.turn].Text[t.end:], " \"'”’»」)")
	return rest == "" || strings.ContainsAny(rest[:min(len(rest), 3)], ".!?…。！？\n")
}

// parted reports that a comma or the like stands before one of some words.
func parted(all []token) bool {
	return slices.ContainsFunc(all, func(t token) bool { return t.before != joined })
}

// denies reports a word that says no to all of a sentence.
func denies(t token) bool {
	return negating(t) && !slices.Contains(strings.Fields("no without ohne sans sin sem senza zonder bez utan uden nothing nobody none nada niente nichts niets rien neither nor ni nem weder"), t.fold)
}

// subordinates reports a word that makes what follows depend on what went
// before.
func subordinates(t token) bool {
	return slices.Contains(strings.Fields("that dass daß que che dat att at že czy że что ki"), t.fold)
}

func turningRound(t token) bool { return t.mark&turns != 0 }

// weakening reports a word that makes a maybe of its sentence.
func (h *hearing) weakening(t token) bool {
	if t.mark&weakens == 0 {
		return false
	}
	switch t.fold {
	case "si": // sí says yes
		return !strings.ContainsAny(h.word(t), "íÍ")
	case "se": // which is more often a pronoun
		return t.before != joined || h.languages[t.turn] == "it"
	}
	return true
}

// phrase is the words from the first on that do the same.
func (h *hearing) phrase(all []token, is func(token) bool) string {
	var words []string
	for i := 0; i < len(all) && is(all[i]) && (i == 0 || all[i].before == joined); i++ {
		words = append(words, h.word(all[i]))
	}
	return strings.Join(words, " ")
}

// The phrases below count only in the rest of a quote's sentence. Those of all
// languages are sought in each; the words that a language sets before a
// condition, and that mean something else in others, only in that one.

const weakenings = `mostly, partly, partially, largely, nearly, almost, not entirely, not completely, not fully, sort of, kind of, more or less, pretty much, give or take,
	supposedly, allegedly, apparently, reportedly, seemingly, presumably, I think, I thought, I believe, I guess, I hope, we hope, let's hope, I assume, we assume, I reckon, I imagine, I gather,
	I heard, I've heard, I'm told, I was told, we were told, been told, they say, they said, he says, she says, he said, she said, people say, so I hear, rumour has it, rumor has it, according to,
	as far as I, as far as we, to my knowledge, if I remember, from what I, from memory, don't quote me, I'd say, you'd think, or so, or not, or maybe, assuming, provided, providing, as long as, so long as,
	pending, subject to, in case, in principle, on paper, except, apart from, aside from, other than, fingers crossed, knock on wood, touch wood, with luck, god willing, the plan, the idea is, that's the idea,
	if, whether, supposing, suppose, imagine, pretend, as soon as, only when, once the, once we, once they, once it, once he, once she, once I, who knows, to be confirmed, to be seen,
	größtenteils, grösstenteils, teilweise, zum Teil, fast, beinahe, nahezu, mehr oder weniger, sozusagen, angeblich, offenbar, anscheinend, glaube ich, ich glaube, denke ich, ich denke, meine ich, hoffe ich, ich hoffe, nehme ich an, ich nehme an,
	soweit ich weiß, habe ich gehört, ich habe gehört, heißt es, wurde mir gesagt, laut, falls, vorausgesetzt, es sei denn, außer, bis auf, solange, sobald, im Prinzip, theoretisch, hoffentlich,
	en partie, presque, plus ou moins, à peu près, je crois, je pense, je suppose, j'espère, il paraît, paraît-il, apparemment, soi-disant, d'après, selon, à ce qu'on dit, on m'a dit, à moins, à condition, pourvu, sauf, tant que, dès que, en principe, en théorie,
	en parte, casi, más o menos, en su mayoría, creo, pienso, supongo, espero, parece, al parecer, por lo visto, según, me dijeron, dicen, a menos que, siempre que, siempre y cuando, salvo, excepto, con tal, en principio, en teoría,
	em parte, quase, mais ou menos, na maior parte, acho, creio, penso, suponho, pelo que sei, disseram, dizem, a não ser, desde que, contanto, caso, exceto, em princípio, em teoria,
	in parte, quasi, più o meno, per lo più, credo, penso, suppongo, spero, pare, sembra, a quanto pare, dicono, mi hanno detto, secondo, a meno che, purché, a patto, tranne, salvo, in teoria,
	grotendeels, deels, gedeeltelijk, bijna, min of meer, denk ik, ik denk, geloof ik, ik geloof, hoop ik, ik hoop, naar verluidt, blijkbaar, heb ik gehoord, tenzij, mits, behalve, zodra, zolang,
	delvis, nästan, tror jag, jag tror, hoppas jag, förutsatt, såvida, utom, delvist, næsten, tror jeg, jeg tror, håber jeg, håper jeg, medmindre, med mindre, forudsat,
	częściowo, prawie, myślę, sądzę, podobno, jeśli, jeżeli, chyba że, pod warunkiem, почти, частично, думаю, кажется, по-моему, вроде, надеюсь, говорят, если, при условии,
	galiba, sanırım, umarım, neredeyse, eğer, şartıyla, diyorlar, إذا, لو, أظن, أعتقد, ربما, تقريبا, אם, נדמה, כמעט, לדעתי, अगर, यदि, लगभग, लगता है,
	と思う, と思い, と思っ, らしい, そうです, みたい, はず, つもり, もし, なら, たら, ほとんど, ほぼ, 一応, 予定, という話, とのこと,
	我觉得, 我想, 我认为, 听说, 据说, 好像, 差不多, 大部分, 几乎, 基本上, 如果, 要是, 除非, 只要, 应该, 的话, 거의, 만약, 것 같, 아마, 생각`

const turnings = `I doubt, we doubt, he doubts, she doubts, they doubt, doubtful, not true, isn't true, wasn't true, untrue, not the case, isn't the case, don't think, doesn't think, didn't think, don't believe, doesn't believe, didn't believe,
	nobody said, no one said, nobody says, no one says, nobody thinks, no one thinks, nobody believes, never said, didn't say, wouldn't say, not saying, not claiming, denies, denied, deny,
	said nobody, said no one, says nobody, says no one, just kidding, only kidding, I'm kidding, just joking, only joking, I'm joking, not really, not yet, not quite, not exactly, not at all, not any more, not anymore, far from it, in your dreams, I wish, false that, wrong that, a lie, as if,
	bezweifle, bezweifeln, bezweifelt, stimmt nicht, nicht wahr dass, glaube nicht, glaube ich nicht, denke nicht, denke ich nicht, noch nicht, nicht wirklich, nicht ganz, gar nicht, war ein Scherz, nur ein Scherz, sagt niemand, sagte niemand,
	je doute, on doute, pas vrai, ne crois pas, crois pas, ne pense pas, pense pas, pas encore, pas vraiment, pas tout à fait, pas du tout, je plaisante, dit personne,
	dudo, dudamos, no es verdad, no es cierto, no creo, no pienso, todavía no, aún no, no del todo, en absoluto, es broma, dijo nadie, dice nadie,
	duvido, não é verdade, não acho, não creio, não penso, ainda não, não exatamente, estou brincando, disse ninguém,
	dubito, non è vero, non credo, non penso, non ancora, non proprio, non del tutto, per niente, scherzo, disse nessuno,
	betwijfel, niet waar, geloof niet, denk niet, denk het niet, nog niet, niet echt, niet helemaal, grapje, zei niemand, tvivlar, tvivler, inte sant, ikke sandt, ikke sant, inte än, ikke endnu, ikke ennå,
	wątpię, nieprawda, nie sądzę, jeszcze nie, сомневаюсь, неправда, не думаю, ещё не, еще не, пока нет, şüpheliyim, doğru değil, sanmıyorum, henüz değil,
	أشك, غير صحيح, לא נכון, סופק, 疑わし, とは思わ, と思わない, わけではな, とは限ら, ではありません, じゃない, 冗談, 怀疑, 不认为, 不觉得, 不是真的, 还没, 并不, 开玩笑, 의심, 사실이 아니`

// conditions are the words that begin a condition in one language.
func conditions(language string) string {
	switch language {
	case "de":
		return "wenn, ob"
	case "fr", "es":
		return "si"
	case "pt", "it":
		return "se"
	case "nl":
		return "als, of"
	case "sv":
		return "om"
	case "da", "no":
		return "hvis, om"
	case "tr":
		return "ise"
	}
	return ""
}
