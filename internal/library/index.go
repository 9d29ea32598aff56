package library

import (
	"context"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// index is what is searched of one meeting.
type index struct {
	terms     []string // in order
	words     []string // that the terms were first made of
	units     []unit
	speakers  []string
	called    [][]int32 // the terms of each speaker's name
	titled    []int32   // the terms of the meeting's title
	languages []string  // when it was just made
	compounds bool      // one of the languages makes compounds
	beyond    int       // words at the meeting's end that are not indexed, when it was just made
}

// unit is a turn or, of a long one, a piece.
type unit struct {
	turn     int // its place among the meeting's turns
	from, to int // in bytes of the turn's text
	words    int
	speaker  int
	terms    []int32
}

// The most that is indexed of a meeting. What follows is not searched.
const (
	mostWords      = 500_000 // some 55 hours of talk
	mostVocabulary = 20_000  // different terms
	mostInUnit     = 1000    // terms, which words with hyphens may have many of
	mostNamed      = 64      // terms of the title, or of a speaker's name
)

// analyse makes the index of a meeting. Its title is taken to be in the language
// of most of its turns.
func analyse(ctx context.Context, title string, turns []transcript.Turn) (*index, error) {
	ix := &index{}
	var terms, speakers names
	lexicons := map[string]*words.Lexicon{}
	languages := words.Languages(turns)
	most, votes := "", map[string]int{}
	of := func(language string) *words.Lexicon {
		if lexicons[language] == nil {
			lexicons[language] = words.NewLexicon(language)
			ix.languages = append(ix.languages, language)
			ix.compounds = ix.compounds || words.Compounds(language)
		}
		return lexicons[language]
	}
	collect := func(x *words.Lexicon, text string, most int) (ids []int32, beyond int) {
		x.Each(words.Plain(text), func(term, word string) {
			if len(ids) == most {
				beyond++
				return
			}
			id := terms.of(term)
			if id == len(ix.words) {
				ix.words = append(ix.words, word)
			}
			ids = append(ids, int32(id))
		})
		return ids, beyond
	}
	total := 0
	for i, t := range turns {
		if votes[languages[i]]++; votes[languages[i]] > votes[most] {
			most = languages[i]
		}
		x := of(languages[i])
		speaker := speakers.of(t.Speaker)
		if speaker == len(ix.called) {
			called, _ := collect(x, t.Speaker, mostNamed)
			ix.called = append(ix.called, called)
		}
		for _, piece := range pieces(t.Text) {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
			if ix.beyond > 0 || total >= mostWords || len(ix.words) >= mostVocabulary {
				ix.beyond += piece.words
				continue
			}
			ids, beyond := collect(x, t.Text[piece.from:piece.to], mostInUnit)
			total += max(1, piece.words, len(ids))
			ix.beyond += beyond
			ix.units = append(ix.units, unit{i, piece.from, piece.to, piece.words, speaker, ids})
		}
	}
	ix.titled, _ = collect(of(most), title, mostNamed)
	ix.terms, ix.speakers = terms.all, speakers.all
	slices.Sort(ix.languages)
	ix.sort()
	return ix, nil
}

// sort puts the terms in order, so that they can be looked up.
func (ix *index) sort() {
	order := make([]int, len(ix.terms))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(ix.terms[a], ix.terms[b]) })
	terms, words, place := make([]string, len(order)), make([]string, len(order)), make([]int32, len(order))
	for to, from := range order {
		terms[to], words[to], place[from] = ix.terms[from], ix.words[from], int32(to)
	}
	ix.terms, ix.words = terms, words
	renumber := func(ids []int32) {
		for i, id := range ids {
			ids[i] = place[id]
		}
	}
	for _, u := range ix.units {
		renumber(u.terms)
	}
	for _, ids := range ix.called {
		renumber(ids)
	}
	renumber(ix.titled)
}

// passage calls found with the terms of a passage, those of the meeting's title
// before all others.
func (ix *index) passage(units []unit, s span, found func(term int32)) {
	for _, term := range ix.titled {
		found(term)
	}
	ix.each(units, s, found)
}

// each calls found with the terms of a span, the speakers' names included.
func (ix *index) each(units []unit, s span, found func(term int32)) {
	for i := s.from; i < s.to; i++ {
		if i == s.from || units[i].speaker != units[i-1].speaker {
			for _, term := range ix.called[units[i].speaker] {
				found(term)
			}
		}
		for _, term := range units[i].terms {
			found(term)
		}
	}
}
