package library

import (
	"context"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// ownWords is the vocabulary of what is searched in one meeting alone.
type ownWords struct {
	*index
	bare []string // the words without accents, once they are asked for
}

func (ix *ownWords) has(_ context.Context, t term) (bool, error) {
	return slices.ContainsFunc(slices.Concat(t.stems, t.near), func(stem string) bool {
		i, found := slices.BinarySearch(ix.terms, stem)
		return found || t.prefix && i < len(ix.terms) && strings.HasPrefix(ix.terms[i], stem)
	}), nil
}

func (ix *ownWords) like(context.Context, string) ([]string, error) { return ix.terms, nil }

func (ix *ownWords) starting(_ context.Context, head string) ([]string, error) {
	from, _ := slices.BinarySearch(ix.terms, head)
	to := from
	for to < len(ix.terms) && strings.HasPrefix(ix.terms[to], head) {
		to++
	}
	return slices.Clone(ix.terms[from:to]), nil
}

func (ix *ownWords) ending(ctx context.Context, tail string) ([]string, error) {
	if !ix.compounds {
		return nil, nil
	}
	for i := len(ix.bare); i < len(ix.words); i++ {
		if i%checkEvery == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
		}
		ix.bare = append(ix.bare, words.Unaccented(ix.words[i]))
	}
	var all []string
	for i, term := range ix.terms {
		if strings.HasSuffix(term, tail) || strings.HasSuffix(ix.bare[i], tail) {
			all = append(all, term)
		}
	}
	return all, work.Check(ctx)
}

func (ix *index) spelled(_ context.Context, term string) (string, error) {
	i, found := slices.BinarySearch(ix.terms, term)
	if !found {
		return term, nil
	}
	return ix.words[i], nil
}
