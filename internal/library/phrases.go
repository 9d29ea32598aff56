package library

import (
	"context"
	"database/sql"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

// inARow calls found with the units that one speaker says in a row: phrases
// are looked for in them as in one text.
func (ix *index) inARow(found func(first int, units []unit)) {
	for end := 0; end < len(ix.units); {
		first := end
		for end < len(ix.units) && ix.units[end].speaker == ix.units[first].speaker {
			end++
		}
		found(first, ix.units[first:end])
	}
}

// joined is the exact form of the units in a row, and where each one ends.
func joined(units []unit, turns []transcript.Turn) (string, []int) {
	var said strings.Builder
	ends := make([]int, len(units))
	said.WriteByte(' ')
	for i, u := range units {
		said.WriteString(words.Exact(turns[u.turn].Text[u.from:u.to])[1:])
		ends[i] = said.Len()
	}
	return said.String(), ends
}

// find marks the units that are a part of a phrase.
func (ix *index) find(phrase string, turns []transcript.Turn) []bool {
	found := make([]bool, len(ix.units))
	ix.inARow(func(first int, units []unit) {
		lacking := strings.Fields(phrase)
		for _, u := range units {
			lacking = lacks(turns[u.turn].Text[u.from:u.to], lacking)
		}
		if len(lacking) > 0 {
			return
		}
		text, ends := joined(units, turns)
		for from := 0; ; {
			n := strings.Index(text[from:], phrase)
			if n < 0 {
				return
			}
			start, end := from+n+1, from+n+len(phrase)-1
			for j, begin := 0, 0; j < len(ends); j++ {
				if begin < end && ends[j] > start {
					found[first+j] = true
				}
				begin = ends[j]
			}
			from = end
		}
	})
	return found
}

// lacks answers the words that a text cannot have, as far as a glance tells.
func lacks(text string, sought []string) []string {
	if len(sought) == 0 || !words.ASCII(text) {
		return nil
	}
	text = strings.ReplaceAll(strings.ToLower(text), "'", "")
	return slices.DeleteFunc(sought, func(word string) bool { return words.Digit(word[0]) || strings.Contains(text, word) })
}

const (
	bitsEach   = 8 // for each word and pair of neighbours
	hashesEach = 4
)

// pairs is a Bloom filter of the meeting's words as they are, of which stand
// side by side, and of who says which term: it tells most meetings without an
// answer from those that may have one.
func (ix *index) pairs(turns []transcript.Turn) []byte {
	hashes := map[uint64]bool{}
	ix.inARow(func(_ int, units []unit) {
		text, _ := joined(units, turns)
		for _, hash := range pairHashes(text) {
			hashes[hash] = true
		}
		for _, u := range units {
			for _, id := range slices.Concat(u.terms, ix.called[u.speaker]) {
				hashes[saidHash(ix.speakers[u.speaker], ix.terms[id])] = true
			}
		}
	})
	bits := make([]byte, len(hashes)*bitsEach/8+1)
	for hash := range hashes {
		for _, bit := range places(hash, bits) {
			bits[bit/8] |= 1 << (bit % 8)
		}
	}
	return bits
}

func saidHash(speaker, term string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(speaker + "\n" + term))
	return h.Sum64()
}

func pairHashes(text string) []uint64 {
	var all []uint64
	before := ""
	for word := range strings.FieldsSeq(text) {
		for _, piece := range []string{word, before + " " + word} {
			h := fnv.New64a()
			h.Write([]byte(piece))
			all = append(all, h.Sum64())
			if before == "" {
				break
			}
		}
		before = word
	}
	return all
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
		phrases = append(phrases, pairHashes(phrase)...)
	}
	speakers := map[int][]string{}
	numbers := make([]string, len(meetings))
	for i, p := range meetings {
		numbers[i], speakers[p.number] = strconv.Itoa(p.number), p.speakers
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT number, bits FROM json_each(?) CROSS JOIN meetings ON tenant = ? AND number = value
		JOIN pairs ON meeting = meetings.id`, "["+strings.Join(numbers, ",")+"]", s.tenant)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	able := map[int]bool{}
	for rows.Next() {
		var number int
		var bits sql.RawBytes
		if err := rows.Scan(&number, &bits); err != nil {
			return nil, err
		}
		if len(bits) == 0 {
			return nil, errCorrupt
		}
		able[number] = !slices.ContainsFunc(phrases, func(hash uint64) bool { return !mayHave(bits, hash) }) &&
			(s.Speaker == "" || s.maySay(bits, speakers[number]))
	}
	return slices.DeleteFunc(slices.Clone(meetings), func(p place) bool { return !able[p.number] }), rows.Err()
}

// maySay says whether one of the speakers may say something that is asked for.
func (s *search) maySay(bits []byte, speakers []string) bool {
	if s.stopPhrase() {
		return true
	}
	for _, name := range speakers {
		for _, t := range s.asked.terms {
			if t.prefix {
				return true
			}
			for _, stem := range slices.Concat(t.stems, t.near) {
				if mayHave(bits, saidHash(name, stem)) {
					return true
				}
			}
		}
	}
	return false
}
