package library

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

const (
	unitWords    = 120 // in a turn longer than this, pieces are found one by one
	passageWords = 400
	maxCount     = 8   // of a term within a passage: more say no more
	blockSize    = 128 // meetings whose postings of a term are kept together
)

// index is what is searched of one meeting.
type index struct {
	terms     []string // in order
	words     []string // that the terms were first made of
	units     []unit
	speakers  []string
	called    [][]int // the terms of each speaker's name
	languages []string
}

// unit is a turn or, of a long one, a piece.
type unit struct {
	turn     int // its place among the meeting's turns
	from, to int // in bytes of the turn's text
	words    int
	speaker  int
	terms    []int
}

// analyse makes the index of a meeting.
func analyse(turns []transcript.Turn) *index {
	ix := &index{}
	var terms, speakers names
	lexicons := map[string]*words.Lexicon{}
	languages := words.Languages(turns)
	of := func(language string) *words.Lexicon {
		if lexicons[language] == nil {
			lexicons[language] = words.NewLexicon(language)
			ix.languages = append(ix.languages, language)
		}
		return lexicons[language]
	}
	collect := func(x *words.Lexicon, text string) []int {
		var ids []int
		x.Each(words.Plain(text), func(term, word string) {
			id := terms.of(term)
			if id == len(ix.words) {
				ix.words = append(ix.words, word)
			}
			ids = append(ids, id)
		})
		return ids
	}
	for i, t := range turns {
		x := of(languages[i])
		speaker := speakers.of(t.Speaker)
		if speaker == len(ix.called) {
			ix.called = append(ix.called, collect(x, t.Speaker))
		}
		for _, piece := range pieces(t.Text) {
			text := t.Text[piece.from:piece.to]
			ix.units = append(ix.units, unit{i, piece.from, piece.to, piece.words, speaker, collect(x, text)})
		}
	}
	ix.terms, ix.speakers = terms.all, speakers.all
	slices.Sort(ix.languages)
	ix.sort()
	return ix
}

// sort puts the terms in order, so that they can be looked up.
func (ix *index) sort() {
	order := make([]int, len(ix.terms))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(ix.terms[a], ix.terms[b]) })
	terms, words, place := make([]string, len(order)), make([]string, len(order)), make([]int, len(order))
	for to, from := range order {
		terms[to], words[to], place[from] = ix.terms[from], ix.words[from], to
	}
	ix.terms, ix.words = terms, words
	renumber := func(ids []int) {
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
}

// pieces cuts a text so that none has many more than unitWords words: after a
// sentence where there is one.
func pieces(text string) []unit {
	total := transcript.Words([]transcript.Turn{{Text: text}})
	if total <= unitWords*3/2 {
		return []unit{{from: 0, to: len(text), words: total}}
	}
	var all []unit
	start, sentence, n, sentenceWords := 0, 0, 0, 0
	add := func(end, words int) {
		all = append(all, unit{from: start, to: end, words: words})
		start, n, sentence = end, n-words, 0
	}
	before := ' '
	for i, r := range text {
		fresh := before == ' ' && r != ' '
		if n >= unitWords && (fresh || words.Unspaced(r)) {
			if sentence > start {
				add(sentence, sentenceWords)
			} else {
				add(i, n)
			}
		}
		if fresh && i > start && n >= unitWords/2 && strings.ContainsRune(".?!…。？！؟।", lastSign(text[:i])) {
			sentence, sentenceWords = i, n
		}
		if words.Unspaced(r) || fresh {
			n++
		}
		before = r
	}
	add(len(text), max(n, 1))
	return all
}

func lastSign(text string) rune {
	var last rune
	for _, r := range strings.TrimRight(text[max(0, len(text)-8):], " ") {
		last = r
	}
	return last
}

// span is a passage: units from up to, but without, to.
type span struct{ from, to int }

// passages are overlapping spans of about passageWords words.
func passages(units []unit) []span {
	var all []span
	for a := 0; a < len(units); {
		b, n := a, 0
		for ; b < len(units) && n < passageWords; b++ {
			n += units[b].words
		}
		all = append(all, span{a, b})
		if b == len(units) {
			break
		}
		half, n := a, 0
		for ; half < b && n < passageWords/2; half++ {
			n += units[half].words
		}
		a = max(a+1, half)
	}
	return all
}

// each calls found with the terms of a passage, the speakers' names included.
func (ix *index) each(units []unit, s span, found func(term int)) {
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

func (ix *index) pack() ([]byte, error) {
	var w writer
	list := func(ids []int) {
		w.number(len(ids))
		for _, id := range ids {
			w.number(id)
		}
	}
	w.number(len(ix.terms))
	for i, term := range ix.terms {
		w.text(term)
		if ix.words[i] == term {
			w.text("")
		} else {
			w.text(ix.words[i])
		}
	}
	w.number(len(ix.speakers))
	for i, name := range ix.speakers {
		w.text(name)
		list(ix.called[i])
	}
	w.number(len(ix.units))
	for _, u := range ix.units {
		for _, n := range []int{u.turn, u.from, u.to, u.words, u.speaker} {
			w.number(n)
		}
		list(u.terms)
	}
	return deflate(w.data)
}

func unpackIndex(packed []byte) (*index, error) {
	data, err := inflate(packed)
	if err != nil {
		return nil, err
	}
	r, ix := &reader{data: data}, &index{}
	list := func() []int {
		ids := make([]int, r.count())
		for i := range ids {
			if ids[i] = r.number(); ids[i] >= len(ix.terms) {
				r.bad = true
			}
		}
		return ids
	}
	n := r.count()
	ix.terms, ix.words = make([]string, n), make([]string, n)
	for i := range ix.terms {
		ix.terms[i], ix.words[i] = r.text(), r.text()
		if ix.words[i] == "" {
			ix.words[i] = ix.terms[i]
		}
	}
	n = r.count()
	ix.speakers, ix.called = make([]string, n), make([][]int, n)
	for i := range ix.speakers {
		ix.speakers[i], ix.called[i] = r.text(), list()
	}
	ix.units = make([]unit, r.count())
	for i := range ix.units {
		ix.units[i] = unit{r.number(), r.number(), r.number(), r.number(), r.number(), list()}
		if ix.units[i].speaker >= len(ix.speakers) {
			r.bad = true
		}
	}
	if r.bad {
		return nil, errCorrupt
	}
	return ix, nil
}

// postings are, by term, what a meeting adds to the tenant's index: how often
// the term is in which passages. Under no term at all is how many terms each
// passage has.
func (ix *index) postings(number int) map[string][]byte {
	bodies := make([]writer, len(ix.terms))
	last := make([]int, len(ix.terms))
	count := make([]int, len(ix.terms))
	var lengths writer
	for p, s := range passages(ix.units) {
		var seen []int
		length := 0
		ix.each(ix.units, s, func(term int) {
			if count[term]++; count[term] == 1 {
				seen = append(seen, term)
			}
			length++
		})
		lengths.number(length)
		for _, term := range seen {
			bodies[term].number((p-last[term])*maxCount + min(count[term], maxCount) - 1)
			last[term], count[term] = p, 0
		}
	}
	all := make(map[string][]byte, len(ix.terms)+1)
	entry := func(term string, body []byte) {
		w := writer{data: []byte{byte(number % blockSize)}}
		w.number(len(body))
		all[term] = append(w.data, body...)
	}
	entry("", lengths.data)
	for i, term := range ix.terms {
		if len(bodies[i].data) > 0 {
			entry(term, bodies[i].data)
		}
	}
	return all
}

// post adds the meeting to the tenant's index.
func (ix *index) post(ctx context.Context, tx *sql.Tx, tenant int64, number int) error {
	add, err := tx.PrepareContext(ctx, `INSERT INTO postings (tenant, block, term, data) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET data = CAST(data || excluded.data AS BLOB)`)
	if err != nil {
		return err
	}
	defer add.Close()
	all := ix.postings(number)
	for _, term := range append([]string{""}, ix.terms...) {
		if len(all[term]) == 0 {
			continue
		}
		if _, err := add.ExecContext(ctx, tenant, number/blockSize, term, all[term]); err != nil {
			return err
		}
	}
	return nil
}

// unpost takes the meeting out again, and with it the terms that only it had.
func (ix *index) unpost(ctx context.Context, tx *sql.Tx, tenant int64, number int) error {
	for _, term := range append([]string{""}, ix.terms...) {
		var data []byte
		err := tx.QueryRowContext(ctx, `SELECT data FROM postings WHERE tenant = ? AND block = ? AND term = ?`,
			tenant, number/blockSize, term).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		var rest writer
		r := &reader{data: string(data)}
		for len(r.data) > 0 && !r.bad {
			whole := r.data
			which := int(r.data[0])
			r.data = r.data[1:]
			r.text()
			if which != number%blockSize {
				rest.data = append(rest.data, whole[:len(whole)-len(r.data)]...)
			}
		}
		if r.bad {
			return errCorrupt
		}
		if len(rest.data) == 0 {
			_, err = tx.ExecContext(ctx, `DELETE FROM postings WHERE tenant = ? AND block = ? AND term = ?`, tenant, number/blockSize, term)
		} else {
			_, err = tx.ExecContext(ctx, `UPDATE postings SET data = ? WHERE tenant = ? AND block = ? AND term = ?`,
				rest.data, tenant, number/blockSize, term)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
