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

// pairs is a Bloom filter of the meeting's words as they are and of which stand
// side by side: it tells most meetings without a phrase from those that may
// have it.
func (ix *index) pairs(turns []transcript.Turn) []byte {
	hashes := map[uint64]bool{}
	ix.inARow(func(_ int, units []unit) {
		text, _ := joined(units, turns)
		for _, hash := range pairHashes(text) {
			hashes[hash] = true
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

func mayHave(bits []byte, phrase string) bool {
	for _, hash := range pairHashes(phrase) {
		for _, bit := range places(hash, bits) {
			if bits[bit/8]&(1<<(bit%8)) == 0 {
				return false
			}
		}
	}
	return true
}

// withPhrases keeps the candidates that may have the query's phrases.
func (s *search) withPhrases(ctx context.Context, candidates []place) ([]place, error) {
	if len(s.asked.phrases) == 0 {
		return candidates, nil
	}
	numbers := make([]string, len(candidates))
	for i, p := range candidates {
		numbers[i] = strconv.Itoa(p.number)
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT number, bits FROM json_each(?) CROSS JOIN meetings ON tenant = ? AND number = value
		JOIN pairs ON meeting = meetings.id`, "["+strings.Join(numbers, ",")+"]", s.tenant)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]bool{}
	for rows.Next() {
		var number int
		var bits sql.RawBytes
		if err := rows.Scan(&number, &bits); err != nil {
			return nil, err
		}
		if len(bits) == 0 {
			return nil, errCorrupt
		}
		out[number] = slices.ContainsFunc(s.asked.phrases, func(phrase string) bool { return !mayHave(bits, phrase) })
	}
	return slices.DeleteFunc(candidates, func(p place) bool { return out[p.number] }), rows.Err()
}
