package library

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

// question is a query taken apart.
type question struct {
	plain   string   // what is neither quoted nor excluded
	phrases []string // in the form of exact
	quoted  []string // the same as they are written
	without []string // the same
	terms   []term
	barred  []term // of the words that must not be there
	cut     bool   // there were more terms
}

// term is a word of the query, or a pair of characters, as it can be indexed.
type term struct {
	word    string
	stems   []string
	near    []string       // that are taken for it, as it occurs nowhere
	prefix  bool           // any term that begins so
	lexicon *words.Lexicon // of a language that makes compounds, when the word is of one
	must    bool           // be there, as a part of a phrase
	follows bool           // the term before it in the query
	count   float64        // how often it is in the query, less for words that tell little
}

// The most that one query may have.
const (
	mostQuery       = 4096 // bytes; those after are left out
	mostTerms       = 64   // those after are left out
	mostPhrases     = 16   // of each kind
	mostPhraseWords = 100  // of one
)

// tellWeight is what a word counts that tells little of what is asked for.
const tellWeight = 0.5

// parse finds the quotes and exclusions of a query.
func parse(text string) question {
	var q question
	if len(text) > mostQuery {
		end := mostQuery
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text, q.cut = text[:end], true
	}
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune("“”„‟«»「」『』＂〝〞", r) {
			return '"'
		}
		return r
	}, words.Plain(text))
	var plain strings.Builder
	before := ' '
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		rest := text[i+size:]
		quote, out := -1, false
		switch {
		case r == '"':
			quote = i
		case r == '-' && unicode.IsSpace(before) && rest != "":
			after, _ := utf8.DecodeRuneInString(rest)
			out = after == '"' || words.Letter(after)
			if after == '"' {
				quote = i + 1
			}
		}
		end := -1
		if quote >= 0 {
			end = strings.IndexByte(text[quote+1:], '"')
		}
		switch {
		case end >= 0:
			end += quote + 1
			if phrase := words.Exact(text[quote+1 : end]); phrase != " " {
				if out {
					q.without = append(q.without, phrase)
				} else {
					q.phrases, q.quoted = append(q.phrases, phrase), append(q.quoted, text[quote+1:end])
				}
			}
			size = end + 1 - i
			r = ' '
			plain.WriteByte(' ')
		case out && quote < 0:
			length := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if length < 0 {
				length = len(rest)
			}
			if phrase := words.Exact(rest[:length]); phrase != " " {
				q.without = append(q.without, phrase)
			}
			size += length
			r = ' '
			plain.WriteByte(' ')
		default:
			plain.WriteString(text[i : i+size])
		}
		before = r
		i += size
	}
	q.plain = plain.String()
	return q
}

// prepare makes terms of the query's words, in each of the languages that it is
// asked in.
func (q *question) prepare(languages []string) error {
	if len(q.phrases) > mostPhrases || len(q.without) > mostPhrases {
		return &QueryError{fmt.Sprintf("the query has more than %d phrases in quotes, or words to exclude: give fewer", mostPhrases)}
	}
	for _, phrase := range slices.Concat(q.phrases, q.without) {
		if strings.Count(phrase, " ") > mostPhraseWords+1 {
			return &QueryError{fmt.Sprintf("a phrase in quotes has more than %d words: give its rarest few", mostPhraseWords)}
		}
	}
	in := asked{lexicons: lexiconsOf(languages), detector: words.NewDetector()}
	for _, phrase := range q.without {
		if strings.Count(phrase, " ") == 2 {
			q.barred = append(q.barred, in.with(phrase).terms(phrase, nil)...)
		}
	}
	q.terms = nil
	kept := in.with(q.plain).terms(q.plain, q.quoted)
	before := -1
	for _, t := range kept {
		i := slices.IndexFunc(q.terms, func(u term) bool { return slices.Equal(t.stems, u.stems) && t.prefix == u.prefix })
		if i >= 0 {
			q.terms[i].count += t.count
			q.terms[i].must = q.terms[i].must || t.must
		} else {
			if i = len(q.terms); i == mostTerms {
				q.cut = true
				break
			}
			t.follows = i > 0 && before == i-1
			q.terms = append(q.terms, t)
		}
		before = i
	}
	if len(q.terms) > 0 || len(q.phrases) > 0 {
		return nil
	}
	switch {
	case len(q.without) > 0:
		return &QueryError{"the query only excludes: give a word that should be there too"}
	case strings.ContainsFunc(q.plain, words.Letter):
		return &QueryError{"the query has only words that everybody says all the time: give a name or a subject, or put the words in double quotes to find them exactly"}
	}
	return &QueryError{"the query is empty: give the words, names or numbers to look for"}
}

// asked is what the words of a query are made terms with.
type asked struct {
	lexicons []*words.Lexicon
	detector *words.Detector
}

// lexiconsOf returns the lexicons of languages, one for all of which nothing is
// known.
func lexiconsOf(languages []string) []*words.Lexicon {
	var all []*words.Lexicon
	unknown := false
	for _, language := range languages {
		if !words.Known(language) {
			if unknown {
				continue
			}
			unknown = true
		}
		all = append(all, words.NewLexicon(language))
	}
	return all
}

// with adds the language that a text is in: people ask in their own about what
// was said in another.
func (a asked) with(plain string) asked {
	language, lead := a.detector.Detect(plain)
	if lead < 1 && len(a.lexicons) == 0 {
		language, lead = "en", 1
	}
	if lead >= 1 && !slices.ContainsFunc(a.lexicons, func(x *words.Lexicon) bool { return x.Language == language }) {
		a.lexicons = append(slices.Clip(a.lexicons), words.NewLexicon(language))
	}
	return a
}

// terms are those of a text and of quotes, in the order in which they stand.
func (a asked) terms(plain string, quoted []string) []term {
	in := spoken(plain, a.lexicons)
	var kept, asking, kana []term
	for w := range words.All(plain) {
		if w.Run {
			some, weak := runTerms(w.Text)
			kept, kana = append(kept, some...), append(kana, weak...)
			continue
		}
		for _, part := range w.Parts() {
			t, ask := wordTerm(part, a.lexicons, in)
			switch {
			case len(t.stems) == 0:
			case ask:
				asking = append(asking, t)
			default:
				kept = append(kept, t)
			}
		}
	}
	for _, phrase := range quoted {
		for _, t := range phraseTerms(phrase, a.lexicons) {
			t.must = true
			kept = append(kept, t)
		}
	}
	for _, weaker := range [][]term{asking, kana} {
		if len(kept) == 0 {
			kept = weaker
		}
	}
	return kept
}

// spoken answers the language of the query, if its stop words tell.
func spoken(plain string, lexicons []*words.Lexicon) *words.Lexicon {
	var best *words.Lexicon
	most := 0
	for _, x := range lexicons {
		n := 0
		for w := range words.All(plain) {
			if x.Stops(w.Text) {
				n++
			}
		}
		if n > most {
			best, most = x, n
		}
	}
	return best
}

// wordTerm says also whether the word only asks. A stop word of the query's own
// language has no stems, whatever it means in others.
func wordTerm(word string, lexicons []*words.Lexicon, in *words.Lexicon) (t term, ask bool) {
	word = words.Clip(word)
	t.word, t.count = word, 1
	if in != nil && in.Term(word) == "" {
		return t, false
	}
	for _, x := range lexicons {
		stem := x.Term(word)
		if stem == "" {
			continue
		}
		if !slices.Contains(t.stems, stem) {
			t.stems = append(t.stems, stem)
		}
		if in == nil || in == x {
			if words.Compounds(x.Language) && !words.Digit(stem[0]) {
				t.lexicon = x
			}
			ask = ask || x.Asks(stem)
			if x.Tells(stem) {
				t.count = tellWeight
			}
		}
	}
	return t, ask
}

// runTerms are the pairs of a run without what only asks, and apart from them
// those that are all kana, which are grammar as a rule.
func runTerms(run string) (strong, weak []term) {
	stripped := run
	for _, ask := range words.AskRuns() {
		stripped = strings.ReplaceAll(stripped, ask, " ")
	}
	if strings.TrimSpace(stripped) == "" {
		stripped = run
	}
	for piece := range strings.FieldsSeq(stripped) {
		all := words.Pairs(piece)
		if len(all) > 1 {
			all = all[:len(all)-1]
		}
		for _, pair := range all {
			t := term{word: words.Clip(piece), stems: []string{pair}, count: 1, prefix: len(all) == 1 && pair == piece && len(words.Pairs(pair)) == 1}
			if strings.Trim(pair, "ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわをん") == "" {
				weak = append(weak, t)
			} else {
				strong = append(strong, t)
			}
		}
	}
	return strong, weak
}

// phraseTerms are what the index knows of a phrase, in whichever of the languages
// it was said.
func phraseTerms(phrase string, lexicons []*words.Lexicon) []term {
	var all []term
	for w := range words.All(phrase) {
		if w.Run {
			strong, weak := runTerms(w.Text)
			all = append(append(all, strong...), weak...)
			continue
		}
		parts := w.Parts()
		if len(parts) > 1 {
			parts = parts[:len(parts)-1] // the last is them all in one, which may be said in two
		}
		for _, part := range parts {
			part = words.Clip(part)
			t, everywhere := term{word: part, count: 1}, true
			for _, x := range lexicons {
				stem := x.Term(part)
				everywhere = everywhere && stem != "" && !x.Omits(part)
				if stem != "" && !slices.Contains(t.stems, stem) {
					t.stems = append(t.stems, stem)
				}
			}
			if everywhere && len(t.stems) > 0 {
				all = append(all, t)
			}
		}
	}
	return all
}

// joinRuns takes the spaces out again that exact put between characters.
func joinRuns(phrase string) string {
	var out strings.Builder
	before := ' '
	for part := range strings.FieldsSeq(phrase) {
		r, _ := utf8.DecodeRuneInString(part)
		if !words.Unspaced(r) || !words.Unspaced(before) {
			out.WriteByte(' ')
		}
		out.WriteString(part)
		before = r
	}
	return out.String()
}
