package library

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

const (
	maxCount  = 8   // of a term within a passage: more say no more
	blockSize = 128 // meetings whose postings of a term are kept together
)

// postings are, by key, what a meeting adds to the tenant's index: under a term,
// how often it is in which passages; under no term at all, how many terms each
// passage has; under a term backwards, nothing.
func (ix *index) postings(number int) map[string][]byte {
	bodies := make([]writer, len(ix.terms))
	last := make([]int, len(ix.terms))
	count := make([]int, len(ix.terms))
	var lengths writer
	for p, s := range passages(ix.units, passageWords) {
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
	all := make(map[string][]byte, len(ix.terms)+1)
	entry := func(term string, body []byte) {
		w := writer{data: []byte{byte(number % blockSize)}}
		w.number(len(body))
		all[term] = append(w.data, body...)
	}
	entry("", lengths.data)
	for i, key := range ix.keys()[1:] {
		switch {
		case i >= len(bodies):
			entry(key, nil)
		case len(bodies[i].data) > 0:
			entry(key, bodies[i].data)
		}
	}
	return all
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
	return all
}

// forms are a term and, when it is another, the word that it is made of.
func (ix *index) forms(i int) []string {
	if word := words.Unaccented(ix.words[i]); word != ix.terms[i] {
		return []string{ix.terms[i], word}
	}
	return []string{ix.terms[i]}
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
	for _, term := range ix.keys() {
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
	for _, term := range ix.keys() {
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
