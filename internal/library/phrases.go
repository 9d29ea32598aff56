package library

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// inARow yields the units that one speaker says in a row, with the place of the
// first: phrases are looked for in them as in one text.
func (ix *index) inARow() iter.Seq2[int, []unit] {
	return func(yield func(int, []unit) bool) {
		for end := 0; end < len(ix.units); {
			first := end
			for end < len(ix.units) && ix.units[end].speaker == ix.units[first].speaker {
				end++
			}
			if !yield(first, ix.units[first:end]) {
				return
			}
		}
	}
}

// joined is the exact form of the units in a row, and where each one ends.
func joined(ctx context.Context, units []unit, turns []transcript.Turn) (string, []int, error) {
	var said strings.Builder
	ends := make([]int, len(units))
	said.WriteByte(' ')
	for i, u := range units {
		if err := work.Check(ctx); err != nil {
			return "", nil, err
		}
		said.WriteString(words.Exact(turns[u.turn].Text[u.from:u.to])[1:])
		ends[i] = said.Len()
	}
	return said.String(), ends, nil
}

// find marks, for each of the phrases, the units that are a part of it.
func (ix *index) find(ctx context.Context, phrases []string, turns []transcript.Turn) ([][]bool, error) {
	found := make([][]bool, len(phrases))
	glances := make([]glance, len(phrases))
	for i, phrase := range phrases {
		found[i], glances[i] = make([]bool, len(ix.units)), glanceFor(phrase)
	}
	for first, units := range ix.inARow() {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		for i := range glances {
			glances[i].lacking = glances[i].all
		}
		possible := 0
		for _, u := range units {
			if possible = look(turns[u.turn].Text[u.from:u.to], glances); possible == len(glances) {
				break
			}
		}
		if possible == 0 {
			continue
		}
		text, ends, err := joined(ctx, units, turns)
		if err != nil {
			return nil, err
		}
		for i, phrase := range phrases {
			if glances[i].lacking == 0 {
				mark(found[i][first:], text, ends, phrase)
			}
		}
	}
	return found, nil
}

// mark marks the units of a text, which end where ends says, that are a part of
// a phrase.
func mark(found []bool, text string, ends []int, phrase string) {
	unit := 0 // the first one that does not end before the phrase does
	for from := 0; ; {
		n := strings.Index(text[from:], phrase)
		if n < 0 {
			return
		}
		start, end := from+n+1, from+n+len(phrase)-1
		for ends[unit] <= start {
			unit++
		}
		found[unit] = true
		for ends[unit] < end {
			unit++
			found[unit] = true
		}
		from = end
	}
}

// glance is what is looked at before a phrase is searched for in a text: some of
// its words, a bit for each.
type glance struct {
	words        []string
	all, lacking uint8
}

func glanceFor(phrase string) glance {
	var g glance
	for word := range strings.FieldsSeq(phrase) {
		if len(g.words) < mostGlances && !words.Digit(word[0]) {
			g.all |= 1 << len(g.words)
			g.words = append(g.words, word)
		}
	}
	return g
}

const mostGlances = 4 // words of a phrase, at most 8

// look takes note of the words that a text may have, and says of how many of
// the phrases none is lacking any more.
func look(text string, glances []glance) (possible int) {
	ascii := words.ASCII(text)
	if ascii {
		text = strings.ReplaceAll(strings.ToLower(text), "'", "")
	}
	for i := range glances {
		g := &glances[i]
		for n, word := range g.words {
			if bit := uint8(1) << n; g.lacking&bit != 0 && (!ascii || strings.Contains(text, word)) {
				g.lacking &^= bit
			}
		}
		if g.lacking == 0 {
			possible++
		}
	}
	return possible
}

const (
	bitsEach   = 8 // for each word and pair of neighbours
	hashesEach = 4
)

// pairs is a Bloom filter of the meeting's words as they are, of which stand
// side by side, and of who says which term: it tells most meetings without an
// answer from those that may have one.
func (ix *index) pairs(ctx context.Context, turns []transcript.Turn) ([]byte, error) {
	var hashes []uint64
	most := 1 << 16
	speakers := make([]uint64, len(ix.speakers)) // the hashes of their names, to which a term is added
	for i, name := range ix.speakers {
		speakers[i] = addHash(noHash, name+"\n")
	}
	for _, units := range ix.inARow() {
		text, _, err := joined(ctx, units, turns)
		if err != nil {
			return nil, err
		}
		hashes = appendPairs(hashes, text)
		for _, u := range units {
			for _, ids := range [][]int32{u.terms, ix.called[u.speaker]} {
				for _, id := range ids {
					hashes = append(hashes, addHash(speakers[u.speaker], ix.terms[id]))
				}
			}
		}
		if len(hashes) > most {
			hashes = distinct(hashes)
			most = max(most, 2*len(hashes))
		}
	}
	hashes = distinct(hashes)
	bits := make([]byte, len(hashes)*bitsEach/8+1)
	for _, hash := range hashes {
		for _, bit := range places(hash, bits) {
			bits[bit/8] |= 1 << (bit % 8)
		}
	}
	return bits, nil
}

// appendPairs appends the hashes of a text's words and of their pairs.
func appendPairs(all []uint64, text string) []uint64 {
	before := ""
	for word := range strings.FieldsSeq(text) {
		all = append(all, addHash(noHash, word))
		if before != "" {
			all = append(all, addHash(addHash(addHash(noHash, before), " "), word))
		}
		before = word
	}
	return all
}

func distinct(hashes []uint64) []uint64 {
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// noHash is the FNV-1a of nothing.
const noHash = 14695981039346656037

// addHash goes on with the FNV-1a of a text.
func addHash(hash uint64, text string) uint64 {
	for i := range len(text) {
		hash = (hash ^ uint64(text[i])) * 1099511628211
	}
	return hash
}

func places(hash uint64, bits []byte) [hashesEach]uint64 {
	var all [hashesEach]uint64
	for i := range all {
		all[i] = (hash + uint64(i)*(hash>>33|1)) % uint64(len(bits)*8)
	}
	return all
}

func mayHave(bits []byte, hash uint64) bool {
	for _, bit := range places(hash, bits) {
		if bits[bit/8]&(1<<(bit%8)) == 0 {
			return false
		}
	}
	return true
}

// able keeps the meetings that may have the query's phrases, and a term of it
// said by one of the speakers.
func (s *search) able(ctx context.Context, meetings []place) ([]place, error) {
	if len(s.asked.phrases) == 0 && s.Speaker == "" {
		return meetings, nil
	}
	var phrases []uint64
	for _, phrase := range s.asked.phrases {
		phrases = appendPairs(phrases, phrase)
	}
	var all []place
	for some := range slices.Chunk(meetings, filtersAtOnce) {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		able, err := s.ableOf(ctx, some, phrases)
		if err != nil {
			return nil, err
		}
		all = append(all, able...)
	}
	return all, nil
}

const (
	filtersAtOnce = 16 // that are looked at while nobody can write
	mostSayers    = 64 // speakers of a meeting that are looked for in its filter; of more, one is taken to answer
)

func (s *search) ableOf(ctx context.Context, meetings []place, phrases []uint64) ([]place, error) {
	numbers := make([]string, len(meetings))
	speakers := map[int][]string{}
	for i, p := range meetings {
		numbers[i], speakers[p.number] = strconv.Itoa(p.number), p.speakers
	}
	able := map[int]bool{}
	err := s.library.each(ctx, func(rows *sql.Rows) error {
		var number int
		var bits sql.RawBytes
		if err := rows.Scan(&number, &bits); err != nil {
			return err
		}
		if len(bits) == 0 {
			return errCorrupt
		}
		able[number] = !slices.ContainsFunc(phrases, func(hash uint64) bool { return !mayHave(bits, hash) }) &&
			(s.Speaker == "" || s.maySay(bits, speakers[number]))
		return nil
	}, `SELECT number, bits FROM json_each(?) CROSS JOIN meetings ON tenant = ? AND number = value
		JOIN pairs ON meeting = meetings.id`, "["+strings.Join(numbers, ",")+"]", s.tenant)
	return slices.DeleteFunc(slices.Clone(meetings), func(p place) bool { return !able[p.number] }), err
}

// maySay says whether one of the speakers may say something that is asked for.
func (s *search) maySay(bits []byte, speakers []string) bool {
	if s.stopPhrase() || len(speakers) > mostSayers {
		return true
	}
	for _, name := range speakers {
		said := addHash(noHash, name+"\n")
		for _, t := range s.asked.terms {
			if t.prefix {
				return true
			}
			for _, stems := range [][]string{t.stems, t.near} {
				if slices.ContainsFunc(stems, func(stem string) bool { return mayHave(bits, addHash(said, stem)) }) {
					return true
				}
			}
		}
	}
	return false
}
