package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// stemmer is the one of a language, or nil.
func stemmer(language string) func(*snowballstem.Env) bool {
	switch language {
	case "ar":
		return arabic.Stem
	case "da":
		return danish.Stem
	case "de":
		return german.Stem
	case "en":
		return english.Stem
	case "es":
		return spanish.Stem
	case "fi":
		return finnish.Stem
	case "fr":
		return french.Stem
	case "ga":
		return irish.Stem
	case "hu":
		return hungarian.Stem
	case "it":
		return italian.Stem
	case "nl":
		return dutch.Stem
	case "no":
		return norwegian.Stem
	case "pt":
		return portuguese.Stem
	case "ro":
		return romanian.Stem
	case "ru":
		return russian.Stem
	case "sv":
		return swedish.Stem
	case "ta":
		return tamil.Stem
	case "tr":
		return turkish.Stem
	}
	return nil
}

// Language makes two letters of what a transcriber calls a language: pt-BR,
// por, Portuguese.
func Language(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_ "); i > 0 {
		tag = tag[:i]
	}
	for _, same := range []string{
		"ar ara arabic", "da dan danish", "de deu ger german", "en eng english", "es spa spanish", "fi fin finnish",
		"fr fra fre french", "ga gle irish", "hu hun hungarian", "it ita italian", "ja jpn japanese", "ko kor korean",
		"nl nld dut dutch", "no nb nn nor norwegian", "pt por portuguese", "ro ron rum romanian", "ru rus russian",
		"sv swe swedish", "ta tam tamil", "th tha thai", "tr tur turkish", "zh zho chi chinese cmn yue cantonese mandarin",
	} {
		if slices.Contains(strings.Fields(same), tag) {
			return same[:2]
		}
	}
	if len(tag) == 2 && tag[0] >= 'a' && tag[0] <= 'z' && tag[1] >= 'a' && tag[1] <= 'z' {
		return tag
	}
	return ""
}

// Known reports that there are stems or stop words of a language; the others
// are all indexed alike.
func Known(language string) bool { return stemmer(language) != nil || stopWords(language) != "" }

// Lexicon makes terms of the words of one language.
type Lexicon struct {
	Language string // two letters, or "" when it is not known
	stop     map[string]bool
	stem     func(*snowballstem.Env) bool
	made     map[string]string
	plain    map[string]bool // stop words without their accents, once they are asked for
	ask      map[string]bool // terms, likewise
	tell     map[string]bool
}

// NewLexicon returns the lexicon of a language, whose words are all
// indexed as they are when it is not known.
func NewLexicon(language string) *Lexicon {
	x := &Lexicon{Language: language, stop: map[string]bool{}, stem: stemmer(language), made: map[string]string{}}
	for w := range strings.FieldsSeq(stopWords(language)) {
		x.stop[w] = true
		if !strings.HasSuffix(w, "'ll") && !strings.HasSuffix(w, "'d") { // shell and shed are things
			x.stop[strings.ReplaceAll(w, "'", "")] = true
		}
	}
	return x
}

// Stops reports that a word says too little to be a term.
func (x *Lexicon) Stops(word string) bool { return x.stop[word] }

// Omits reports that a word, which may lack its accents, may be one that says
// too little to be a term.
func (x *Lexicon) Omits(word string) bool {
	if x.plain == nil {
		x.plain = map[string]bool{}
		for w := range x.stop {
			x.plain[Unaccented(w)] = true
		}
	}
	return x.plain[Unaccented(word)]
}

// Asks reports that a term only asks for something, and is seldom said where it is.
func (x *Lexicon) Asks(term string) bool {
	if x.ask == nil {
		x.ask = x.terms(askWords(x.Language))
	}
	return x.ask[term]
}

// Tells reports that a term tells what people did with a subject, and little of
// which it was.
func (x *Lexicon) Tells(term string) bool {
	if x.tell == nil {
		x.tell = x.terms(tellWords(x.Language))
	}
	return x.tell[term]
}

func (x *Lexicon) terms(list string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		all[x.Term(word)] = true
	}
	return all
}

// Term is what the word of a spaced script is indexed as, or "" when it says
// too little to be.
func (x *Lexicon) Term(word string) string {
	word = Clip(word)
	if term, known := x.made[word]; known {
		return term
	}
	term := x.make(word)
	x.made[word] = term
	return term
}

func (x *Lexicon) make(word string) string {
	if x.stop[word] {
		return ""
	}
	word = strings.ReplaceAll(x.bare(word), "'", "")
	if x.stop[word] || len(word) < 2 || utf8.RuneCountInString(word) < 2 && !unicode.IsNumber(rune(word[0])) {
		return ""
	}
	if x.stem != nil && len(word) > 2 && !Digit(word[0]) {
		env := snowballstem.NewEnv(word)
		x.stem(env)
		if stem := env.Current(); stem != "" {
			word = stem
		}
	}
	return Clip(Unaccented(word))
}

// bare takes off what an apostrophe ties to a word: l'accord, Anna's.
func (x *Lexicon) bare(word string) string {
	i := strings.LastIndexByte(word, '\'')
	if i <= 0 {
		return strings.Trim(word, "'")
	}
	head, tail := word[:i], word[i+1:]
	switch {
	case tail == "s" || x.Language == "tr":
		return head
	case (x.Language == "fr" || x.Language == "it") && (len(head) <= 2 || strings.HasSuffix(head, "qu") || strings.HasSuffix(head, "ll")):
		return tail
	}
	return word
}

// Each calls found with the terms of a text, and the words they were made of.
func (x *Lexicon) Each(plain string, found func(term, word string)) {
	for w := range All(plain) {
		if w.Run {
			for _, pair := range Pairs(w.Text) {
				found(pair, pair)
			}
			continue
		}
		for _, part := range w.Parts() {
			if term := x.Term(part); term != "" {
				found(term, Clip(part))
			}
		}
	}
}

// Compounds reports that a language writes words together as one.
func Compounds(language string) bool {
	switch language {
	case "da", "de", "fi", "hu", "nl", "no", "sv":
		return true
	}
	return false
}

// Prefix reports that the head of a word is none of its own, but makes another
// word of the rest: verstehen has little to do with stehen.
func Prefix(head string) bool {
	switch head {
	case "ver", "ent", "emp", "zer", "her", "hin", "miss", "unter", "uber", "wider", "wieder", "zuruck", "vor", "nach", "for", "fore", "bort", "till", "under", "over":
		return true
	}
	return false
}

// Subjects calls found with the terms that a text is about: those of Each but
// for the pairs of characters that are grammar.
func (x *Lexicon) Subjects(plain string, found func(term string)) {
	for w := range All(plain) {
		if w.Run {
			subjects(w.Text, found)
			continue
		}
		for _, part := range w.Parts() {
			if term := x.Term(part); term != "" {
				found(term)
			}
		}
	}
}

// Selective reports that the lexicon knows which words say too little, so that
// a term that is used often says much.
func (x *Lexicon) Selective() bool {
	return len(x.stop) > 0 || x.Language == "ja" || x.Language == "zh"
}

// Detector tells languages apart: scripts by their letters, and those in Latin
// letters by their stop words.
type Detector struct{ of map[string][]string }

// NewDetector returns a detector.
func NewDetector() *Detector {
	d := &Detector{map[string][]string{}}
	for _, language := range []string{"en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "hu", "ro", "tr"} {
		for w := range strings.FieldsSeq(stopWords(language)) {
			if !slices.Contains(d.of[w], language) {
				d.of[w] = append(d.of[w], language)
			}
		}
	}
	return d
}

// Detect answers a language, and by how many words it beats the next.
func (d *Detector) Detect(plain string) (best string, lead float64) {
	if language := script(plain); language != "" {
		return language, 100
	}
	score := map[string]float64{}
	for w := range All(plain) {
		for _, language := range d.of[w.Text] {
			score[language] += 1 / float64(len(d.of[w.Text]))
		}
	}
	second := 0.0
	for _, language := range []string{"en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "hu", "ro", "tr"} {
		if score[language] > score[best] {
			best, second = language, score[best]
		} else {
			second = max(second, score[language])
		}
	}
	return best, score[best] - second
}

// script answers the language that most letters of a text are of, if these are
// not Latin.
func script(text string) string {
	count := map[string]int{}
	for _, r := range text {
		switch {
		case r < 0x370:
			if unicode.IsLetter(r) {
				count["latin"]++
			}
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			count["ja"] += 3
		case unicode.Is(unicode.Han, r):
			count["zh"] += 2
		case unicode.Is(unicode.Hangul, r):
			count["ko"] += 2
		case unicode.Is(unicode.Thai, r):
			count["th"]++
		case unicode.Is(unicode.Arabic, r):
			count["ar"]++
		case unicode.Is(unicode.Cyrillic, r):
			count["ru"]++
		case unicode.Is(unicode.Tamil, r):
			count["ta"]++
		}
	}
	best := "latin"
	for _, language := range []string{"zh", "ja", "ko", "th", "ar", "ru", "ta"} {
		if count[language] > count[best] {
			best = language
		}
	}
	switch {
	case best == "zh" && count["ja"] > count["zh"]/4:
		return "ja"
	case best == "latin":
		return ""
	}
	return best
}

// How many bytes tell a language: of a turn, and of all turns together, after
// which the others are taken to be in the meeting's.
const (
	sample     = 8 << 10
	mostSample = 1 << 20
)

// Languages says which language each turn is in: what the transcriber says,
// else what the turn looks like, else what the meeting does.
func Languages(turns []transcript.Turn) []string {
	all := make([]string, len(turns))
	missing := false
	named := map[string]string{}
	for i, t := range turns {
		language, known := named[t.Lang]
		if !known {
			language = Language(t.Lang)
			named[t.Lang] = language
		}
		all[i] = language
		missing = missing || language == ""
	}
	if !missing {
		return all
	}
	d := NewDetector()
	votes := map[string]float64{}
	own := make([]string, len(turns))
	sampled := 0
	for i, t := range turns {
		if all[i] != "" || sampled > mostSample {
			continue
		}
		text := t.Text[:min(len(t.Text), sample)]
		sampled += len(text)
		language, lead := d.Detect(Plain(text))
		if lead >= 3 {
			own[i] = language
		}
		votes[language] += min(lead, 10)
	}
	whole := ""
	for language, n := range votes {
		if n > votes[whole] || n == votes[whole] && language < whole {
			whole = language
		}
	}
	for i := range all {
		switch {
		case all[i] != "":
		case own[i] != "" && !(own[i] == "zh" && whole == "ja"): // short turns in Japanese may be all Chinese characters
			all[i] = own[i]
		default:
			all[i] = whole
		}
	}
	return all
}
