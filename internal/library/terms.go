package library

import (
	"context"
	"slices"
	"strings"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

// A meeting's index is the vocabulary of what is searched in that meeting alone.

func (ix *index) has(_ context.Context, t term) (bool, error) {
	return slices.ContainsFunc(slices.Concat(t.stems, t.near), func(stem string) bool {
		i, found := slices.BinarySearch(ix.terms, stem)
		return found || t.prefix && i < len(ix.terms) && strings.HasPrefix(ix.terms[i], stem)
	}), nil
}

func (ix *index) like(context.Context, string) ([]string, error) { return ix.terms, nil }

func (ix *index) starting(_ context.Context, head string) ([]string, error) {
	from, _ := slices.BinarySearch(ix.terms, head)
	to := from
	for to < len(ix.terms) && strings.HasPrefix(ix.terms[to], head) {
		to++
	}
	return slices.Clone(ix.terms[from:to]), nil
}

func (ix *index) ending(ctx context.Context, tail string) ([]string, error) {
	if !ix.compounds {
		return nil, nil
	}
	var all []string
	for i, term := range ix.terms {
		if i%checkEvery == 0 {
			if err := work.Check(ctx); err != nil {
				return nil, err
			}
		}
		if strings.HasSuffix(term, tail) || ix.words[i] != term && strings.HasSuffix(words.Unaccented(ix.words[i]), tail) {
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
