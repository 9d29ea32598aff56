package library

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/work"
)

// board holds the score of every passage of a tenant while a query is counted.
type board struct {
	search   *search
	blocks   int
	first    []int     // by the meeting's number: the place of its first passage below
	passages []int     // by the meeting's number: how many it has
	norms    []float32 // what a passage's length adds to the divisor of BM25
	scores   []float32
	musts    []uint8 // how many of the terms that must be there are
	must     uint8
	postings map[string][]string // by stem, by block
	rarities
	room      int // rows of postings that may still be looked through for terms that nobody has named
	spellings int // meetings that may still be looked into for how a term is spelled
}

// fetch gets what the index has on a term, once.
func (b *board) fetch(ctx context.Context, term string) ([]string, error) {
	err := b.fetchMany(ctx, []string{term})
	return b.postings[term], err
}

// fetchMany is fetch for many terms at once.
func (b *board) fetchMany(ctx context.Context, terms []string) error {
	terms = slices.DeleteFunc(slices.Clone(terms), func(term string) bool { return b.postings[term] != nil })
	for some := range slices.Chunk(terms, atOnce) {
		if err := work.Check(ctx); err != nil {
			return err
		}
		args := []any{b.blocks, b.search.tenant}
		for _, term := range some {
			args = append(args, term)
			b.postings[term] = make([]string, b.blocks)
		}
		err := b.search.library.each(ctx, func(rows *sql.Rows) error {
			var block int
			var term, data string
			if err := rows.Scan(&block, &term, &data); err != nil {
				return err
			}
			b.postings[term][block] = data
			return nil
		}, blocksUpTo+`SELECT block, term, data FROM blocks CROSS JOIN postings ON tenant = ? AND block = n AND term IN (?`+strings.Repeat(`, ?`, len(some)-1)+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchTerms is fetch for all that terms are looked for by.
func (b *board) fetchTerms(ctx context.Context, terms []term) error {
	var stems []string
	for _, t := range terms {
		if !t.prefix {
			stems = append(append(stems, t.stems...), t.near...)
		}
	}
	return b.fetchMany(ctx, stems)
}

func (b *board) lengths(ctx context.Context) error {
	last := 0
	for _, p := range b.search.places {
		last = max(last, p.number)
	}
	err := b.search.library.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&last) },
		`SELECT max(?, ifnull(max(number), 0)) FROM meetings WHERE tenant = ?`, last, b.search.tenant)
	if err != nil {
		return err
	}
	b.blocks = last/blockSize + 1
	if err := b.fetchTerms(ctx, append(b.search.asked.terms, term{stems: []string{""}})); err != nil {
		return err
	}
	data := b.postings[""]
	passages := 0
	if err := entries(data, func(_ int, body string) { passages += numbers(body) }); err != nil {
		return err
	}
	b.first, b.passages = make([]int, b.blocks*blockSize), make([]int, b.blocks*blockSize)
	b.scores, b.norms, b.musts = make([]float32, passages), make([]float32, passages), make([]uint8, passages)
	at, total := 0, 0
	err = entries(data, func(number int, body string) {
		b.first[number] = at
		for r := (&reader{data: body}); len(r.data) > 0; at++ {
			length := r.number()
			if r.bad {
				break
			}
			b.norms[at] = float32(length)
			total += length
		}
		b.passages[number] = at - b.first[number]
	})
	b.average = max(1, float64(total)/float64(max(1, passages)))
	for i, length := range b.norms {
		b.norms[i] = saturation * (1 - lengthShare + lengthShare*length/float32(b.average))
	}
	return err
}

// inBlocks goes on with a query for the postings of terms from one up to, but
// without, another: only so many.
const inBlocks = ` FROM blocks CROSS JOIN postings ON tenant = ? AND block = n AND term >= ? AND term < ? LIMIT ?`

const blocksUpTo = `WITH RECURSIVE blocks(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM blocks WHERE n + 1 < ?) `

// fetchAll is fetch for all terms that begin so, which it names in order.
func (b *board) fetchAll(ctx context.Context, head string) ([]string, error) {
	if err := work.Check(ctx); err != nil {
		return nil, err
	}
	var all []string
	err := b.search.library.each(ctx, func(rows *sql.Rows) error {
		b.room--
		var block int
		var term, data string
		if err := rows.Scan(&block, &term, &data); err != nil {
			return err
		}
		if b.postings[term] == nil {
			b.postings[term] = make([]string, b.blocks)
		}
		b.postings[term][block] = data
		all = append(all, term)
		return nil
	}, blocksUpTo+`SELECT block, term, data`+inBlocks, b.blocks, b.search.tenant, head, head+string(utf8.MaxRune), max(0, b.room))
	slices.Sort(all)
	return slices.Compact(all), err
}

// count adds up the scores of all passages, which says also how rare each of
// the terms is.
func (b *board) count(ctx context.Context) error {
	if err := b.fetchTerms(ctx, b.search.asked.terms); err != nil {
		return err
	}
	for _, t := range b.search.asked.terms {
		stems := t.stems
		if t.prefix {
			var err error
			if stems, err = b.fetchAll(ctx, t.stems[0]); err != nil {
				return err
			}
		}
		var lists [][]string
		having := 0
		for _, stem := range slices.Concat(stems, t.near) {
			data, err := b.fetch(ctx, stem)
			if err != nil {
				return err
			}
			lists = append(lists, data)
			if err := entries(data, func(_ int, body string) { having += numbers(body) }); err != nil {
				return err
			}
		}
		weight := rarity(len(b.scores), min(having, len(b.scores)))
		b.of = append(b.of, weight)
		b.phrase = max(b.phrase, weight)
		weight *= t.count
		for n, data := range lists {
			worth := float32(1)
			if n >= len(stems) {
				worth = nearWeight
			}
			if err := entries(data, func(number int, body string) { b.add(number, body, float32(weight), worth, t.must) }); err != nil {
				return err
			}
		}
		if t.must {
			b.must++
		}
	}
	return nil
}

func (b *board) add(number int, body string, weight, worth float32, must bool) {
	first, end := b.first[number], b.first[number]+b.passages[number]
	at := first
	for i := 0; i < len(body); {
		n, shift := 0, 0
		for ; i < len(body) && body[i] >= 0x80 && shift < 28; i++ {
			n |= int(body[i]&0x7f) << shift
			shift += 7
		}
		if i == len(body) {
			return
		}
		n |= int(body[i]) << shift
		i++
		at += n / maxCount
		if at >= end {
			return
		}
		count := float32(n%maxCount+1) * worth
		b.scores[at] += weight * count * (saturation + 1) / (count + b.norms[at])
		if must && b.musts[at] == b.must {
			b.musts[at]++
		}
	}
}

// candidates are the meetings in question with a score, best first.
func (b *board) candidates() []place {
	var all []place
	for _, p := range b.search.places {
		first, end := b.first[p.number], b.first[p.number]+b.passages[p.number]
		if b.must > 0 && !slices.Contains(b.musts[first:end], b.must) {
			continue
		}
		if p.number >= len(b.first) { // it was put since
			continue
		}
		if p.score = meetingScore(b.scores[first:end]); p.score > 0 {
			all = append(all, p)
		}
	}
	if b.search.stopPhrase() {
		all = b.search.places
	}
	slices.SortFunc(all, func(x, y place) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(y.number, x.number))
	})
	return all
}

func (b *board) has(ctx context.Context, t term) (bool, error) {
	if t.prefix {
		some, err := b.startingUpTo(ctx, t.stems[0], 1)
		return len(some) > 0, err
	}
	for _, stem := range t.stems {
		data, err := b.fetch(ctx, stem)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(data, func(list string) bool { return list != "" }) {
			return true, nil
		}
	}
	return false, nil
}

// starting are the tenant's terms that begin so.
func (b *board) starting(ctx context.Context, head string) ([]string, error) {
	return b.startingUpTo(ctx, head, mostRows)
}

func (b *board) startingUpTo(ctx context.Context, head string, most int) ([]string, error) {
	if err := work.Check(ctx); err != nil {
		return nil, err
	}
	var all []string
	err := b.search.library.each(ctx, func(rows *sql.Rows) error {
		var term string
		var blocks int
		err := rows.Scan(&term, &blocks)
		b.room -= blocks
		all = append(all, term)
		return err
	}, `SELECT term, count(*) FROM (`+blocksUpTo+`SELECT term`+inBlocks+`) GROUP BY term`,
		b.blocks, b.search.tenant, head, head+string(utf8.MaxRune), max(0, min(most, b.room)))
	return all, err
}

// ending finds the terms by the same written backwards.
func (b *board) ending(ctx context.Context, tail string) ([]string, error) {
	all, err := b.starting(ctx, reversed(tail))
	for i, key := range all {
		all[i] = key[strings.LastIndexByte(key, 0)+1:]
	}
	slices.Sort(all)
	return slices.Compact(all), err
}

// like takes the terms that begin with the same letter, or with one that is
// said like it and the same next letter.
func (b *board) like(ctx context.Context, stem string) ([]string, error) {
	first, size := utf8.DecodeRuneInString(stem)
	_, second := utf8.DecodeRuneInString(stem[size:])
	prefixes := []string{string(first)}
	for _, same := range []string{"ckqg", "fvwbp", "szxcj", "iyje", "dt", "mn", "ao"} {
		if strings.ContainsRune(same, first) {
			for _, r := range same {
				if r != first {
					prefixes = append(prefixes, string(r)+stem[size:size+second])
				}
			}
		}
	}
	var all []string
	for _, prefix := range prefixes {
		some, err := b.starting(ctx, prefix)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// spelled is the word that a term was made of in one of the meetings.
func (b *board) spelled(ctx context.Context, term string) (string, error) {
	data, err := b.fetch(ctx, term)
	if err != nil {
		return "", err
	}
	number := -1
	if err := entries(data, func(n int, _ string) { number = n }); err != nil {
		return term, err
	}
	if number < 0 || b.spellings == 0 {
		return term, nil
	}
	b.spellings--
	m, err := b.search.load(ctx, place{number: number})
	if err != nil || m == nil {
		return term, err
	}
	defer b.search.release(ctx, m)
	return m.index.spelled(ctx, term)
}
