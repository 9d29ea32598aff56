package library

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	nearestWords = 5
	mostUnknown  = 8    // words of a query for which others are looked for
	likeness     = 0.55 // from which a word is offered for another
	sameness     = 0.8  // from which it is searched for in its place
	checkEvery   = 256  // rounds of a loop over terms, between looks at the context
)

// nearest picks, of a vocabulary, the terms that a word may have been meant by
// or heard as, best first, and how many of them are as good as the same.
func nearest(ctx context.Context, stem string, vocabulary []string) (best []string, same int, err error) {
	type scored struct {
		term string
		like float64
	}
	if stem == "" || words.Digit(stem[0]) {
		return nil, 0, nil
	}
	var top []scored
	to := likenessTo(stem)
	for i, term := range vocabulary {
		if i%checkEvery == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, 0, err
			}
		}
		if term == "" || words.Digit(term[0]) {
			continue
		}
		like := to.of(term)
		if like < likeness {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, scored{term, like}, func(a, b scored) int {
			return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.term, b.term))
		})
		if at < nearestWords {
			top = slices.Insert(top, at, scored{term, like})
			top = top[:min(len(top), nearestWords)]
		}
	}
	for _, s := range top {
		best = append(best, s.term)
		if s.like >= max(sameness, top[0].like-0.1) && to.letters >= 4 {
			same++
		}
	}
	return best, same, nil
}

// likenessOf compares stems with one, by their letters and by their sound.
type likenessOf struct {
	stem, sound string
	pattern
	sounds *strings.Replacer
}

func likenessTo(stem string) likenessOf {
	l := likenessOf{stem: stem, pattern: patternOf(stem), sounds: alikeSounds()}
	l.sound = sounds(l.sounds, stem)
	return l
}

// of answers how much a term is like the stem, from 0 to 1: 0 for all that are
// less so than likeness.
func (l *likenessOf) of(term string) float64 {
	m := utf8.RuneCountInString(term)
	longest, shortest := max(l.letters, m), min(l.letters, m)
	if 2*shortest < longest {
		return 0
	}
	begins := shortest >= 4 && (strings.HasPrefix(l.stem, term) || strings.HasPrefix(term, l.stem))
	like := 1 - float64(l.edits(term))/float64(longest)
	if !begins && like+0.1 < likeness { // whatever it sounds like
		return 0
	}
	if len(l.sound) > 1 && l.sound == sounds(l.sounds, term) {
		like += 0.1
	} else {
		like -= 0.05
	}
	if begins {
		like = max(like, likeness+0.1)
	}
	return like
}

// sounds is a word without what recognizers mix up: vowels, doubled letters,
// and letters that many languages say alike.
func sounds(alike *strings.Replacer, word string) string {
	word = alike.Replace(word)
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

// alikeSounds replaces letters that are said as one.
func alikeSounds() *strings.Replacer {
	return strings.NewReplacer("ph", "f", "gh", "", "ck", "k", "sch", "s", "sh", "s", "ch", "k", "th", "t", "qu", "kv", "wh", "v")
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
		best, same, err := nearest(ctx, t.stems[0], terms)
		if err != nil {
			return err
		}
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
