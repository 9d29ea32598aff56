package extract

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/words"
)

// speech has a file for each language of which more is known than its stop
// words. A line has a name and, parted by commas, words or phrases in small
// letters; a line that begins with a space goes on with the one before it. A
// star stands for any end.
//
//go:embed speech/*.txt
var speech embed.FS

// tongue is what is known of how people speak a language.
type tongue struct {
	lexicon *words.Lexicon
	numbers map[string]bool // terms

	// what tidying drops
	fillers  map[string]bool
	pairs    map[string]bool // of fillers
	unless   map[string]bool // before a pair, if that is none
	runs     []string        // fillers where no spaces are
	twice    map[string]bool // words that may follow themselves
	leads    map[string]lead
	subjects map[string]bool // that a lead may stand before
	clauses  map[string]bool // words that parts of sentences begin with

	unspaced bool
	phrases  map[string][]phrase // by how they begin
	modals   []string            // behind a name, they tell who is to do something
	calendar map[string]part
}

// lead is when a word only ties a sentence to what went before.
type lead int

const (
	always lead = iota + 1
	before      // before a subject or a comma, as "so" is not in "so far"
	comma       // before a comma
)

// tongueOf reads what is known of a language, little of most.
func tongueOf(language string) *tongue {
	t := &tongue{lexicon: words.NewLexicon(language), unspaced: language == "ja" || language == "zh",
		numbers: map[string]bool{}, fillers: map[string]bool{}, pairs: map[string]bool{}, unless: map[string]bool{}, twice: map[string]bool{},
		leads: map[string]lead{}, subjects: map[string]bool{}, clauses: map[string]bool{}, phrases: map[string][]phrase{}, calendar: map[string]part{}}
	if language == "" {
		language = "en"
	}
	text, err := speech.ReadFile("speech/" + language + ".txt")
	if err != nil { // there is none
		text, _ = speech.ReadFile("speech/any.txt")
	}
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\n ", "")) {
		name, list, _ := strings.Cut(line, ":")
		for item := range strings.SplitSeq(list, ",") {
			t.learn(name, strings.TrimSpace(item))
		}
	}
	return t
}

// Fillers are what people who speak a language say while they think, and tidying
// drops.
func Fillers(language string) []string {
	t := tongueOf(language)
	return slices.Concat(slices.Sorted(maps.Keys(t.fillers)), slices.Sorted(maps.Keys(t.pairs)), t.runs)
}

// learn takes in one item of a line.
func (t *tongue) learn(name, item string) {
	if set := t.set(name); set != nil {
		set[item] = true
		return
	}
	if part := partOf(name); part != 0 {
		t.calendar[item] |= part
		return
	}
	if cue := cueOf(name); cue != 0 {
		t.phrase(item, cue)
		return
	}
	switch name {
	case "numbers":
		t.numbers[t.lexicon.Term(item)] = true
		t.calendar[item] |= number
	case "runs":
		t.runs = append(t.runs, item)
	case "leads":
		t.leads[item] = always
	case "before":
		t.leads[item] = before
	case "comma":
		t.leads[item] = comma
	case "modals":
		t.modals = append(t.modals, t.spelled(item))
	default:
		panic(fmt.Sprintf("speech: no list is called %q", name))
	}
}

func (t *tongue) set(name string) map[string]bool {
	switch name {
	case "fillers":
		return t.fillers
	case "pairs":
		return t.pairs
	case "unless":
		return t.unless
	case "twice":
		return t.twice
	case "subjects":
		return t.subjects
	case "clauses":
		return t.clauses
	}
	return nil
}

// numeral reports a term that says how many, and not of what. Digits may be a name.
func (t *tongue) numeral(term string) bool {
	return t.numbers[term] || strings.Trim(term, "〇一二三四五六七八九十百千万億") == ""
}
