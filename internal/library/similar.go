package library

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
)

const (
	nearestWords = 5
	mostUnknown  = 8    // words of a query for which others are looked for
	likeness     = 0.55 // from which a word is offered for another
	sameness     = 0.8  // from which it is searched for in its place
)

// nearest picks, of a vocabulary, the terms that a word may have been meant by
// or heard as, best first, and how many of them are as good as the same.
func nearest(stem string, vocabulary []string) (best []string, same int) {
	type scored struct {
		term string
		like float64
	}
	var all []scored
	sound := sounds(stem)
	for _, term := range vocabulary {
		if words.Digit(stem[0]) || term == "" || words.Digit(term[0]) {
			continue
		}
		if like := alike(stem, term, sound); like >= likeness {
			all = append(all, scored{term, like})
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.term, b.term))
	})
	for _, s := range all[:min(len(all), nearestWords)] {
		best = append(best, s.term)
		if s.like >= max(sameness, all[0].like-0.1) && utf8.RuneCountInString(stem) >= 4 {
			same++
		}
	}
	return best, same
}

// alike compares two stems by their letters and by their sound, from 0 to 1.
func alike(a, b, soundOfA string) float64 {
	n, m := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	longest := max(n, m)
	if 2*min(n, m) < longest {
		return 0
	}
	like := 1 - float64(edits(a, b))/float64(longest)
	if len(soundOfA) > 1 && soundOfA == sounds(b) {
		like += 0.1
	} else {
		like -= 0.05
	}
	if min(n, m) >= 4 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		like = max(like, likeness+0.1)
	}
	return like
}

// edits is how many letters are to be changed, left out, added or swapped with
// their neighbour to make b of a.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next := make([]int, len(y)+1)
		next[0] = i + 1
		for j := range y {
			change := 1
			if x[i] == y[j] {
				change = 0
			}
			next[j+1] = min(next[j]+1, row[j+1]+1, row[j]+change)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}

// sounds is a word without what recognizers mix up: vowels, doubled letters,
// and letters that many languages say alike.
func sounds(word string) string {
	word = strings.NewReplacer("ph", "f", "gh", "", "ck", "k", "sch", "s", "sh", "s", "ch", "k", "th", "t", "qu", "kv", "wh", "v").Replace(word)
	var out strings.Builder
	last := rune(0)
	for i, r := range word {
		switch r {
		case 'c', 'q', 'g':
			r = 'k'
		case 'z', 'x', 'j':
			r = 's'
		case 'w', 'f', 'b', 'p':
			r = 'v'
		case 'd':
			r = 't'
		case 'm':
			r = 'n'
		case 'h':
			continue
		case 'a', 'e', 'i', 'o', 'u', 'y':
			if i > 0 {
				last = r
				continue
			}
			r = 'a'
		}
		if r != last {
			out.WriteRune(r)
		}
		last = r
	}
	return out.String()
}

// vocabulary is what words there are, of a meeting or of all.
type vocabulary interface {
	has(ctx context.Context, t term) (bool, error)
	like(ctx context.Context, stem string) ([]string, error) // terms that could be near it
	starting(ctx context.Context, head string) ([]string, error)
	ending(ctx context.Context, tail string) ([]string, error) // in meetings with a language that makes compounds
	spelled(ctx context.Context, term string) (string, error)
}

// unknown notes the words of the query that do not occur, and what does near
// them; what is as good as the same is searched for.
func (s *search) unknown(ctx context.Context, all vocabulary) error {
	known := map[string]bool{}
	for _, t := range s.asked.terms {
		occurs, err := all.has(ctx, t)
		if err != nil {
			return err
		}
		known[t.word] = known[t.word] || occurs
	}
	for i, t := range s.asked.terms {
		if known[t.word] || slices.Contains(s.found.Unknown, t.word) {
			continue
		}
		s.found.Unknown = append(s.found.Unknown, t.word)
		if len(s.found.Unknown) > mostUnknown {
			continue
		}
		terms, err := all.like(ctx, t.stems[0])
		if err != nil {
			return err
		}
		best, same := nearest(t.stems[0], terms)
		s.asked.terms[i].near = best[:same]
		for n, near := range best {
			word, err := all.spelled(ctx, near)
			if err != nil {
				return err
			}
			note(&s.found.Nearest, t.word, word)
			if n < same {
				note(&s.found.Instead, t.word, word)
			}
		}
	}
	return nil
}

func note(notes *map[string][]string, word, near string) {
	if *notes == nil {
		*notes = map[string][]string{}
	}
	if !slices.Contains((*notes)[word], near) {
		(*notes)[word] = append((*notes)[word], near)
	}
}

func (ix *index) has(_ context.Context, t term) (bool, error) {
	which, _ := ix.matches([]term{t})
	return slices.Contains(which, 1), nil
}

func (ix *index) like(context.Context, string) ([]string, error) { return ix.terms, nil }

func (ix *index) starting(_ context.Context, head string) ([]string, error) {
	var all []string
	for i, _ := slices.BinarySearch(ix.terms, head); i < len(ix.terms) && strings.HasPrefix(ix.terms[i], head); i++ {
		all = append(all, ix.terms[i])
	}
	return all, nil
}

func (ix *index) ending(_ context.Context, tail string) ([]string, error) {
	var all []string
	for i, term := range ix.terms {
		if ix.compounds && slices.ContainsFunc(ix.forms(i), func(form string) bool { return strings.HasSuffix(form, tail) }) {
			all = append(all, term)
		}
	}
	return all, nil
}

func (ix *index) spelled(_ context.Context, term string) (string, error) {
	i, found := slices.BinarySearch(ix.terms, term)
	if !found {
		return term, nil
	}
	return ix.words[i], nil
}
