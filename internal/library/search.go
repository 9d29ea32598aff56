package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Query is what to look for, and where.
type Query struct {
	Text          string    // words, "quoted phrases", and -words that must not be there
	BotID         string    // only in this meeting
	Speaker       string    // only what people of whose name this is a part said
	Meeting       string    // only in meetings of whose title or URL this is a part
	After, Before time.Time // only in meetings that began from then on, or before then
	Except        []string  // not in the meetings of these bots; no words are then offered for others, as they may be said there
	Limit, Offset int       // how many hits, 8 when not given, and how many to leave out before them
}

// ScoredTurn is a turn, and how well it and its surroundings answer the query.
type ScoredTurn struct {
	Index int
	Score float64 // comparable over all results of a query
}

// Hit is a passage of a meeting.
type Hit struct {
	Meeting     Entry
	Start, End  float64 // seconds
	Turns       []ScoredTurn
	First, Last int               // turns of the passage
	Speakers    []string          // in order of appearance
	Text        []transcript.Turn // the passage; of a long turn only a piece, with the times of the piece
}

// Results are the best passages, and what was looked at to find them.
type Results struct {
	Hits           []Hit
	More           bool // there are hits after these
	Cut            bool // the query is so long that only its first words were searched for
	Searched       int  // meetings
	Turns          int  // of these meetings
	Oldest, Newest time.Time
	Unknown        []string            // words of the query that occur nowhere
	Nearest        map[string][]string // for each of these, words that do occur
	Instead        map[string][]string // those of the nearest that are so near that they were searched for
	Phrases        []string            // of the query, that must be there word for word
	Without        []string            // words and phrases of the query that must not be there
	Speakers       []string            // names that occur, when the query's speaker does not
}

// QueryError says why a query cannot be answered.
type QueryError struct{ Reason string }

// Error says what is wrong with the query, and what to give.
func (e *QueryError) Error() string { return e.Reason }

// Search finds the passages that answer a query best: by the score of their
// meeting, when there are several.
func (t *Tenant) Search(ctx context.Context, q Query) (Results, error) {
	asked := parse(q.Text)
	if q.Limit <= 0 {
		q.Limit = 8
	}
	q.Offset = min(max(q.Offset, 0), math.MaxInt32) // it comes out of cursors, which may be forged
	s := search{Query: q, asked: &asked, library: t.library, found: Results{Phrases: trimmed(asked.phrases), Without: trimmed(asked.without)}}
	err := t.read(ctx, func(tx *sql.Tx, tenant int64) error {
		s.tx, s.tenant = tx, tenant
		return s.run(ctx)
	})
	if len(q.Except) > 0 {
		s.found.Nearest, s.found.Instead = nil, nil
	}
	var refused *QueryError
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("search library: %w", err)
	}
	return s.found, err
}

func trimmed(phrases []string) []string {
	var all []string
	for _, phrase := range phrases {
		all = append(all, strings.TrimSpace(joinRuns(phrase)))
	}
	return all
}

// search is one under way.
type search struct {
	Query
	asked     *question
	library   *Library
	tx        *sql.Tx
	tenant    int64
	places    []place // of the meetings in question
	languages []string
	found     Results
}

// place is a meeting that is looked into.
type place struct {
	number   int
	score    float64
	speakers []string // of those that are looked for
}

func (s *search) run(ctx context.Context) error {
	if err := s.scope(ctx); err != nil {
		return err
	}
	if err := s.asked.prepare(s.languages); err != nil {
		return err
	}
	s.found.Cut = s.asked.cut
	if len(s.places) == 0 {
		return nil
	}
	if s.BotID != "" {
		return s.inside(ctx)
	}
	return s.across(ctx)
}

// loaded is a meeting with all that a hit needs.
type loaded struct {
	id, copied int64
	entry      Entry
	index      *index
	turns      []transcript.Turn // once they are read
	barred     []bool            // by unit
	ranked     ranking
}

// load loads a meeting's index.
func (s *search) load(ctx context.Context, number int) (*loaded, error) {
	m := &loaded{}
	row := s.tx.QueryRowContext(ctx, `SELECT `+entryColumns+`, id, copy FROM meetings WHERE tenant = ? AND number = ?`, s.tenant, number)
	var err error
	if m.entry, err = scanEntry(row, &m.id, &m.copied); err != nil {
		return nil, err
	}
	m.index, err = s.library.indexOf(ctx, s.tx, m.id, m.copied)
	return m, err
}

// rank scores the meeting's units, as far as they may answer.
func (s *search) rank(ctx context.Context, m *loaded, all *rarities) error {
	var marks [][]bool
	m.barred = make([]bool, len(m.index.units))
	if len(s.asked.phrases) > 0 || len(s.asked.without) > 0 {
		if err := s.read(ctx, m); err != nil {
			return err
		}
		for _, phrase := range s.asked.phrases {
			mark := m.index.find(phrase, m.turns)
			if !slices.Contains(mark, true) {
				return nil
			}
			marks = append(marks, mark)
		}
		s.bar(m)
	}
	speaker := folded(s.Speaker)
	speaks := make([]bool, len(m.index.speakers))
	for i, name := range m.index.speakers {
		speaks[i] = strings.Contains(folded(name), speaker)
	}
	var at []int
	for i, u := range m.index.units {
		if speaks[u.speaker] && !m.barred[i] {
			at = append(at, i)
		}
	}
	m.ranked = m.index.rank(s.asked, at, marks, all)
	return nil
}

// bar marks the units that say what must not be there, in whatever form of the
// word.
func (s *search) bar(m *loaded) {
	which, _ := m.index.matches(s.asked.barred)
	for i, u := range m.index.units {
		m.barred[i] = slices.ContainsFunc(u.terms, func(id int32) bool { return which[id] > 0 })
	}
	for _, phrase := range s.asked.without {
		for i, said := range m.index.find(phrase, m.turns) {
			m.barred[i] = m.barred[i] || said
		}
	}
}

// read gets the turns, if they are not there yet.
func (s *search) read(ctx context.Context, m *loaded) (err error) {
	if m.turns != nil {
		return nil
	}
	if m.turns, err = s.library.turnsOf(ctx, s.tx, m.id, m.copied); err != nil {
		return err
	}
	for _, u := range m.index.units {
		if u.turn >= len(m.turns) || u.from > u.to || u.to > len(m.turns[u.turn].Text) {
			return errCorrupt
		}
	}
	return nil
}

// inside searches one meeting, by itself.
func (s *search) inside(ctx context.Context) error {
	m, err := s.load(ctx, s.places[0].number)
	if err != nil {
		return err
	}
	if err := s.unknown(ctx, m.index); err != nil {
		return err
	}
	if err := s.expand(ctx, m.index); err != nil {
		return err
	}
	if err := s.rank(ctx, m, nil); err != nil {
		return err
	}
	top := 0.0
	for _, own := range m.ranked.own {
		top = max(top, own)
	}
	hits, err := s.hits(ctx, m, s.Offset+s.Limit+1, top)
	if err != nil {
		return err
	}
	s.page(hits)
	return nil
}

// page keeps of all the hits those that were asked for.
func (s *search) page(hits []Hit) {
	s.found.More = len(hits) > s.Offset+s.Limit
	s.found.Hits = hits[min(s.Offset, len(hits)):min(s.Offset+s.Limit, len(hits))]
}
