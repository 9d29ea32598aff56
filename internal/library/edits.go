package library

import (
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

// pattern is a word, of which the first letters count, with which others are
// compared: a bit for each place where a letter stands.
type pattern struct {
	letters int // at most words.Longest
	ascii   [utf8.RuneSelf]uint64
	others  map[rune]uint64
}

func patternOf(word string) pattern {
	p := pattern{others: map[rune]uint64{}}
	for _, r := range words.Clip(word) {
		if bit := uint64(1) << p.letters; r < utf8.RuneSelf {
			p.ascii[r] |= bit
		} else {
			p.others[r] |= bit
		}
		p.letters++
	}
	return p
}

// edits is how many letters are to be changed, left out, added or swapped with
// their neighbour to make the word of the pattern. It takes one step a letter
// (Hyyrö, A bit-vector algorithm for computing Levenshtein and Damerau edit
// distances, 2003).
func (p *pattern) edits(word string) int {
	if p.letters == 0 {
		return utf8.RuneCountInString(word)
	}
	distance, last := p.letters, uint64(1)<<(p.letters-1)
	more, less := ^uint64(0), uint64(0) // where the distance grows from one letter of the pattern to the next, and shrinks
	var same, before uint64             // where it stays the same along the diagonal; where the word's last letter stands
	for _, r := range word {
		at := p.at(r)
		swapped := ((^same & at) << 1) & before
		same = ((at&more + more) ^ more) | at | less | swapped
		grows, shrinks := less|^(same|more), same&more
		if grows&last != 0 {
			distance++
		}
		if shrinks&last != 0 {
			distance--
		}
		grows, shrinks = grows<<1|1, shrinks<<1
		more, less, before = shrinks|^(same|grows), grows&same, at
	}
	return distance
}

func (p *pattern) at(letter rune) uint64 {
	if letter < utf8.RuneSelf {
		return p.ascii[letter]
	}
	return p.others[letter]
}
