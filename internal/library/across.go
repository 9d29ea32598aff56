package library

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// across searches all the meetings in question.
func (s *search) across(ctx context.Context) error {
	b := &board{search: s, postings: map[string][]string{}, rarities: rarities{phrase: phraseWeight}, room: mostRows, spellings: mostSpellings}
	if err := b.lengths(ctx); err != nil {
		return err
	}
	if err := s.unknown(ctx, b); err != nil {
		return err
	}
	if err := s.expand(ctx, b); err != nil {
		return err
	}
	if err := b.count(ctx); err != nil {
		return err
	}
	return s.collect(ctx, b.candidates(), &b.rarities)
}

// How much is looked at for words that are only near to what is asked for.
const (
	mostRows      = 200_000 // of postings
	mostSpellings = 24      // meetings
)

// stopPhrase says that the index knows nothing of what is asked, which is a
// phrase of stop words alone: then every meeting is read, the last kept first.
func (s *search) stopPhrase() bool { return len(s.asked.terms) == 0 }

const (
	reranked = 8   // meetings that are ranked anew at once, as the index knows nothing of pairs, phrases and speakers
	filtered = 128 // that are looked at at once for whether they may have an answer at all
)

// collect looks into the candidates until there are hits enough.
func (s *search) collect(ctx context.Context, candidates []place, all *rarities) error {
	top := 0.0
	for i, t := range s.asked.terms {
		top += 1.5 * all.of[i] * t.count
	}
	var hits []Hit
	step := 1
	if !s.stopPhrase() {
		step = reranked
	}
	var able []place
	for len(candidates)+len(able) > 0 && len(hits) <= s.Offset+s.Limit {
		if len(able) == 0 {
			var err error
			if able, err = s.able(ctx, candidates[:min(filtered, len(candidates))]); err != nil {
				return err
			}
			candidates = candidates[min(filtered, len(candidates)):]
		}
		some, err := s.loadAll(ctx, able[:min(step, len(able))])
		if err != nil {
			return err
		}
		for _, m := range some {
			if err := s.rank(ctx, m, all); err != nil && !(s.last && errors.Is(err, errChanged)) {
				return err
			}
		}
		able = able[min(step, len(able)):]
		slices.SortStableFunc(some, func(x, y *loaded) int { return cmp.Compare(y.ranked.score, x.ranked.score) })
		for _, m := range some {
			if len(hits) > s.Offset+s.Limit {
				break
			}
			found, err := s.hits(ctx, m, perMeeting, top)
			if err != nil && !(s.last && errors.Is(err, errChanged)) {
				return err
			}
			for len(found) > 1 && found[len(found)-1].best() < worthShare*found[0].best() {
				found = found[:len(found)-1]
			}
			hits = append(hits, found...)
		}
		s.release(ctx, some...)
	}
	s.page(hits)
	return nil
}
