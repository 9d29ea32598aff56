package library

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/meetmcp/meetmcp/internal/words"
	"github.com/meetmcp/meetmcp/internal/work"
)

const (
	partWeight   = 0.5 // of what is only a part of what was asked for, or has it as a part
	shortestPart = 3   // letters of a compound's part that is looked for
	shortestWord = 4   // letters of a word that is looked for as a part
	mostExpanded = 16  // terms of a query
	mostWholes   = 40  // compounds that one word is looked for in
	mostParts    = 64  // terms that are added to a query
	longestWhole = 40  // letters of a word whose parts are looked for
)

// expand adds to the query's terms what says less surely what was asked for:
// compounds that a word is the first or last part of, the parts of a compound,
// and single ideographs where nobody says two of them together.
func (s *search) expand(ctx context.Context, all vocabulary) error {
	asked := len(s.asked.terms)
	for _, t := range s.asked.terms[:min(asked, mostExpanded)] {
		var more []term
		var err error
		switch {
		case t.lexicon != nil:
			more, err = expandWord(ctx, all, t)
		case len([]rune(t.stems[0])) == 2 && strings.IndexFunc(t.stems[0], func(r rune) bool { return !unicode.Is(unicode.Han, r) }) < 0:
			more, err = expandPair(ctx, all, t)
		}
		if err != nil {
			return err
		}
		for _, part := range more[:min(len(more), asked+mostParts-len(s.asked.terms))] {
			part.word, part.count = t.word, partWeight*t.count
			s.asked.terms = append(s.asked.terms, part)
			if !slices.Contains(s.found.Unknown, t.word) || part.prefix {
				continue
			}
			for _, stem := range part.stems[:min(len(part.stems), nearestWords)] {
				word, err := all.spelled(ctx, stem)
				if err != nil {
					return err
				}
				note(&s.found.Nearest, t.word, word)
				note(&s.found.Instead, t.word, word)
			}
		}
	}
	return nil
}

// expandWord finds the compounds that a word is in and, if nobody says it, the
// words that it is made of.
func expandWord(ctx context.Context, all vocabulary, t term) ([]term, error) {
	wholes, err := wholesOf(ctx, all, t)
	if err != nil {
		return nil, err
	}
	var more []term
	if len(wholes) > 0 {
		more = append(more, term{stems: wholes[:min(len(wholes), mostWholes)]})
	}
	if occurs, err := all.has(ctx, t); occurs || err != nil {
		return more, err
	}
	letters := []rune(t.word)
	if len(letters) > longestWhole {
		return more, nil
	}
	for i := shortestPart; i <= len(letters)-shortestPart; i++ {
		if err := work.Check(ctx); err != nil {
			return nil, err
		}
		head, tail := string(letters[:i]), string(letters[i:])
		if words.Prefix(words.Unaccented(head)) {
			continue
		}
		parts := []string{tail}
		if i >= shortestWord {
			parts = append(parts, head)
		}
		if bare := strings.TrimRight(head, "sn"); len(bare) >= shortestWord && bare != head { // Arbeitszeit, Wochenende
			parts = append(parts, bare)
		}
		for _, part := range parts {
			stem := t.lexicon.Term(part)
			if stem == "" || slices.ContainsFunc(more, func(u term) bool { return u.stems[0] == stem }) {
				continue
			}
			t := term{stems: []string{stem}}
			occurs, err := all.has(ctx, t)
			if err != nil {
				return nil, err
			}
			if occurs {
				more = append(more, t)
			}
		}
	}
	return more, nil
}

// wholesOf finds the compounds that a word begins or ends.
func wholesOf(ctx context.Context, all vocabulary, t term) ([]string, error) {
	stem := t.lexicon.Term(t.word)
	letters := utf8.RuneCountInString(stem)
	if letters < shortestWord {
		return nil, nil
	}
	wholes, err := all.starting(ctx, stem)
	wholes = slices.DeleteFunc(wholes, func(whole string) bool { return utf8.RuneCountInString(whole) < letters+shortestPart })
	for _, form := range []string{stem, words.Unaccented(t.word)} {
		if err != nil {
			return nil, err
		}
		var more []string
		more, err = all.ending(ctx, form)
		wholes = append(wholes, more...)
	}
	slices.Sort(wholes)
	return slices.DeleteFunc(slices.Compact(wholes), func(whole string) bool { return slices.Contains(t.stems, whole) }), err
}

// expandPair looks for the ideographs of a pair one by one, if they do not
// occur together.
func expandPair(ctx context.Context, all vocabulary, pair term) ([]term, error) {
	occurs, err := all.has(ctx, pair)
	if occurs || err != nil {
		return nil, err
	}
	var more []term
	for _, r := range pair.stems[0] {
		t := term{stems: []string{string(r)}, prefix: true}
		if occurs, err = all.has(ctx, t); err != nil {
			return nil, err
		}
		if occurs {
			more = append(more, t)
		}
	}
	return more, nil
}
