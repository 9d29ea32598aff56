package summarize

import (
	"strings"

	"github.com/meetmcp/meetmcp/internal/extract"
)

// vocabulary is what words and phrases do to a sentence, by first word.
type vocabulary map[string][]phrase

type phrase struct {
	rest []string
	mark marks
}

// vocabulary answers that of a language: what is dropped in its sentences, and
// what matters in any.
func (c *Checker) vocabulary(language string) vocabulary {
	v, known := c.vocabularies[language]
	if !known {
		v = vocabulary{}
		v.learn(strings.Split(negations, ","), negates)
		v.learn(strings.Split(hedgings, ","), hedges)
		v.learn(strings.Split(modals, ","), modal)
		v.learn(extract.Fillers(language), skips)
		v.learn(strings.Split(weakenings, ","), weakens)
		v.learn(strings.Split(turnings, ","), turns)
		v.learn(strings.Split(conditions(language), ","), weakens)
		c.vocabularies[language] = v
	}
	return v
}

func (v vocabulary) learn(phrases []string, mark marks) {
	for _, text := range phrases {
		if all := tokensOf(text); len(all) > 0 {
			v[all[0].fold] = append(v[all[0].fold], phrase{folds(all[1:]), mark})
		}
	}
}

// mark marks what the words of a text do, stutters and repeats among it.
func (v vocabulary) mark(all []token) {
	for i := range all {
		for _, p := range v[all[i].fold] {
			if begins(all[i+1:], p.rest) {
				for j := range len(p.rest) + 1 {
					all[i+j].mark |= p.mark
				}
			}
		}
	}
	for i := range all {
		if again := repeats(all[i:]); again > 0 {
			for j := range again {
				all[i+j].mark |= skips
			}
		}
	}
}

func begins(all []token, folds []string) bool {
	if len(all) < len(folds) {
		return false
	}
	for i, fold := range folds {
		if all[i].fold != fold {
			return false
		}
	}
	return true
}

// repeats counts the words that are said at once again: "in the in the", or
// begun: "w we", "rec- recording". What is said twice on purpose reads the same said once, but
// for numbers and where characters are words.
func repeats(all []token) int {
	if len(all) < 2 || all[0].mark&numeral != 0 || single(all[0]) {
		return 0
	}
	for n := 4; n > 0; n-- {
		if len(all) >= 2*n && same(all[:n], all[n:2*n]) {
			return n
		}
	}
	first, next := all[0].fold, all[1].fold
	if len(first) < len(next) && next[:len(first)] == first && (len(first) < 3 || all[1].before == clause) {
		return 1
	}
	return 0
}

func same(a, b []token) bool {
	for i := range a {
		if a[i].fold != b[i].fold {
			return false
		}
	}
	return true
}

// The phrases below are parted by commas, and folded as what is said. They are of
// the languages that meetings are mostly held in. They decide how firm a thing
// is, and so are more than the cues by which an extract finds candidates.

const negations = `not, no, never, none, nobody, nothing, nowhere, neither, nor, cannot, without, hardly, can't, couldn't, won't, wouldn't,
	don't, doesn't, didn't, isn't, aren't, wasn't, weren't, hasn't, haven't, hadn't, shouldn't, mustn't, needn't, shan't, mightn't, ain't,
	nicht, nichts, nie, niemals, niemand, kein, keine, keinen, keinem, keiner, keines, weder, ohne, nirgends, nein,
	pas, jamais, rien, aucun, aucune, sans, non, ni,
	nunca, jamás, nada, nadie, ningún, ninguna, ninguno, tampoco, sin, não, ninguém, nenhum, nenhuma, sem, nem,
	niente, nulla, nessun, nessuno, nessuna, senza, niet, geen, nooit, niets, zonder,
	inte, aldrig, ingen, inget, inga, utan, ikke, aldri, intet, nie, nigdy, nikt, bez, не, ни, нет, никогда, ничего, никто, без,
	değil, yok, asla, لا, لم, لن, ليس, לא, אין, नहीं, ない, ません, なかった, 不, 没, 沒, 别, 않, 못, 없`

const hedgings = `maybe, perhaps, possibly, probably, presumably, potentially, might, mightn't, could, couldn't we, not sure, unsure, not certain, hopefully,
	may be, we may, I may, they may, he may, she may, you may, may have, may need, may want, unless, depends, depending, tentatively, ideally,
	I guess, I suppose, let's see, we'll see, see if, thinking about, thinking of, try to, I'll try, in theory, if possible, no promises,
	vielleicht, eventuell, möglicherweise, womöglich, wahrscheinlich, vermutlich, könnte, könnten, könntest, mal sehen, mal schauen, sofern, unter Umständen, versuche,
	peut-être, éventuellement, probablement, sans doute, pourrait, pourrions, pourrais, pourraient, on verra, on va voir, il se peut, faudrait voir, j'essaie, j'essaierai,
	quizá, quizás, tal vez, a lo mejor, puede que, podría, podríamos, podrían, probablemente, posiblemente, ya veremos, acaso,
	talvez, pode ser, quem sabe, poderia, poderíamos, poderiam, provavelmente, possivelmente, vamos ver, se calhar,
	forse, magari, potrebbe, potremmo, potrebbero, probabilmente, può darsi, vediamo, misschien, waarschijnlijk, mogelijk, zou kunnen, zouden kunnen,
	kanske, kanskje, måske, ehkä, może, chyba, może być, может быть, возможно, наверное, вероятно, пожалуй, belki, ربما, אולי, शायद,
	かもしれ, たぶん, 多分, おそらく, 恐らく, できれば, 也许, 可能, 或许, 大概, 说不定, 아마, 수도 있`

const modals = `can, will, would, shall, should, must, may, ought, kann, können, soll, sollen, sollte, sollten, muss, müssen, wird, werden, würde, darf,
	peut, peux, doit, devrait, devons, puede, pueden, debe, deben, pode, podem, deve, devem, può, deve`
