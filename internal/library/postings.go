package library

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	maxCount  = 8   // of a term within a passage: more say no more
	blockSize = 128 // meetings whose postings of a term are kept together
)

// posting is what a meeting adds to the tenant's index under a key.
type posting struct {
	key  string
	body []byte
}

// postings are what a meeting adds to the tenant's index: under a term, how often
// it is in which passages; under no term at all, how many terms each passage has;
// under a term backwards, nothing.
func (ix *index) postings(ctx context.Context) ([]posting, error) {
	bodies := make([]writer, len(ix.terms))
	last := make([]int, len(ix.terms))
	count := make([]int, len(ix.terms))
	var lengths writer
	for p, s := range passages(ix.units, passageWords) {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		var seen []int32
		length := 0
		ix.passage(ix.units, s, func(term int32) {
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
	var all []posting
	for i, key := range ix.keys() {
		switch {
		case i == 0:
			all = append(all, posting{key, lengths.data})
		case i > len(bodies):
			all = append(all, posting{key, nil})
		case len(bodies[i-1].data) > 0:
			all = append(all, posting{key, bodies[i-1].data})
		}
	}
	return all, nil
}

// backwards is the key under which a term is found by the end of it, or of a
// word that it is made of.
func backwards(form, term string) string { return reversed(form) + "\x00" + term }

func reversed(form string) string {
	letters := []rune(form)
	slices.Reverse(letters)
	return "\x00" + string(letters)
}

// keys are what the meeting's postings are kept under.
func (ix *index) keys() []string {
	all := append([]string{""}, ix.terms...)
	if !ix.compounds {
		return all
	}
	for i, term := range ix.terms {
		for _, form := range ix.forms(i) {
			if utf8.RuneCountInString(form) >= shortestWord+shortestPart {
				all = append(all, backwards(form, term))
			}
		}
	}
	slices.Sort(all[1+len(ix.terms):])
	return all
}

// forms are a term and, when it is another, the word that it is made of.
func (ix *index) forms(i int) []string {
	if word := words.Unaccented(ix.words[i]); word != ix.terms[i] {
		return []string{ix.terms[i], word}
	}
	return []string{ix.terms[i]}
}

// atOnce is how many rows of postings one statement reads or changes.
const atOnce = 200

// post adds a meeting to the tenant's index.
func post(ctx context.Context, tx *sql.Tx, tenant int64, number int, all []posting) error {
	for some := range slices.Chunk(all, atOnce) {
		args := []any{tenant, number / blockSize}
		for _, p := range some {
			w := writer{data: []byte{byte(number % blockSize)}}
			w.number(len(p.body))
			args = append(args, p.key, append(w.data, p.body...))
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO postings (tenant, block, term, data) VALUES (?1, ?2, ?, ?)`+strings.Repeat(`, (?1, ?2, ?, ?)`, len(some)-1)+
			` ON CONFLICT DO UPDATE SET data = CAST(data || excluded.data AS BLOB)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// unpost takes a meeting out again, and with it the terms that only it had.
func unpost(ctx context.Context, tx *sql.Tx, tenant int64, number int, keys []string) error {
	for some := range slices.Chunk(keys, atOnce) {
		args := []any{tenant, number / blockSize}
		for _, key := range some {
			args = append(args, key)
		}
		left, err := without(ctx, tx, number, args)
		if err != nil {
			return err
		}
		if len(left.only) > 0 {
			if _, err := tx.ExecContext(ctx, `DELETE`+ofTerms(len(left.only)), append(args[:2:2], left.only...)...); err != nil {
				return err
			}
		}
		for term, rest := range left.others {
			_, err := tx.ExecContext(ctx, `UPDATE postings SET data = ? WHERE tenant = ? AND block = ? AND term = ?`, rest, tenant, number/blockSize, term)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// ofTerms goes on with a statement about so many of a block's terms.
func ofTerms(n int) string {
	return ` FROM postings WHERE tenant = ?1 AND block = ?2 AND term IN (?` + strings.Repeat(`, ?`, n-1) + `)`
}

// remains is what is left of some terms' postings without a meeting's.
type remains struct {
	only   []any // terms that no other meeting has
	others map[string][]byte
}

// without reads the postings of terms, and takes a meeting's out.
func without(ctx context.Context, tx *sql.Tx, number int, args []any) (remains, error) {
	left := remains{others: map[string][]byte{}}
	rows, err := tx.QueryContext(ctx, `SELECT term, data`+ofTerms(len(args)-2), args...)
	if err != nil {
		return left, err
	}
	defer rows.Close()
	for rows.Next() {
		var term, data string
		if err := rows.Scan(&term, &data); err != nil {
			return left, err
		}
		var rest []byte
		for r := (&reader{data: data}); len(r.data) > 0; {
			whole := r.data
			which := int(r.data[0])
			r.data = r.data[1:]
			if r.text(); r.bad {
				return left, errCorrupt
			}
			if which != number%blockSize {
				rest = append(rest, whole[:len(whole)-len(r.data)]...)
			}
		}
		if len(rest) == 0 {
			left.only = append(left.only, term)
		} else {
			left.others[term] = rest
		}
	}
	return left, rows.Err()
}

// entries calls found with each meeting's part of a term's postings.
func entries(data []string, found func(number int, body string)) error {
	for block, list := range data {
		r := &reader{data: list}
		for len(r.data) > 0 {
			number := int(r.data[0])
			r.data = r.data[1:]
			body := r.text()
			if r.bad || number >= blockSize {
				return errCorrupt
			}
			found(block*blockSize+number, body)
		}
	}
	return nil
}

// numbers counts the numbers in a posting without reading them.
func numbers(body string) int {
	n := 0
	for i := range len(body) {
		if body[i] < 0x80 {
			n++
		}
	}
	return n
}
