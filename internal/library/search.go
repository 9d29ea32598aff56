package library

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
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
	Begun          int  // of these, so long that only their beginning is indexed
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
	if q.Limit <= 0 {
		q.Limit = 8
	}
	q.Offset = min(max(q.Offset, 0), math.MaxInt32) // it comes out of cursors, which may be forged
	var found Results
	err := work.Heavy(ctx, func(ctx context.Context) (err error) {
		for n := 1; ; n++ {
			if found, err = t.search(ctx, q, n >= attempts && q.BotID == ""); !errors.Is(err, errChanged) {
				return err
			}
		}
	})
	if len(q.Except) > 0 {
		found.Nearest, found.Instead = nil, nil
	}
	var refused *QueryError
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("search library: %w", err)
	}
	return found, err
}

// attempts is how often a search of all meetings begins anew while these change:
// it looks at them bit by bit, so that it keeps nobody from writing. The last
// attempt passes over what is no longer there.
const attempts = 5

var errChanged = errors.New("the library has changed meanwhile")

func (t *Tenant) search(ctx context.Context, q Query, last bool) (Results, error) {
	asked := parse(q.Text)
	s := search{Query: q, asked: &asked, library: t.library, last: last, found: Results{Phrases: trimmed(asked.phrases), Without: trimmed(asked.without)}}
	state := func() (id, changes int64, err error) {
		defer t.library.reading()()
		return t.state(ctx, t.library.reads)
	}
	var before int64
	var err error
	if s.tenant, before, err = state(); err != nil {
		return s.found, err
	}
	if err = s.run(ctx); err != nil || last || q.BotID != "" {
		return s.found, err
	}
	if _, after, err := state(); err != nil || after != before {
		return s.found, cmp.Or(err, errChanged)
	}
	return s.found, nil
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
	tenant    int64
	last      bool    // attempt
	places    []place // of the meetings in question
	languages []string
	found     Results
}

// place is a meeting that is looked into.
type place struct {
	number   int
	copied   int64
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
	held       int64 // bytes that are counted for it
	entry      Entry
	index      *index
	turns      []transcript.Turn // once they are read
	barred     []bool            // by unit
	ranked     ranking
}

// load loads a meeting's index, or answers nil when the meeting is not there any
// more.
func (s *search) load(ctx context.Context, p place) (*loaded, error) {
	all, err := s.loadAll(ctx, []place{p})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// loadAll loads meetings in the order of their places, without those that are
// not there any more. A place without a copy means whichever there is.
func (s *search) loadAll(ctx context.Context, places []place) ([]*loaded, error) {
	numbers := make([]string, len(places))
	for i, p := range places {
		numbers[i] = strconv.Itoa(p.number)
	}
	there := map[int]*loaded{}
	err := s.library.each(ctx, func(rows *sql.Rows) (err error) {
		m, number := &loaded{}, 0
		m.entry, err = scanEntry(rows, &m.id, &m.copied, &number)
		there[number] = m
		return err
	}, `SELECT `+entryColumns+`, meetings.id, copy, number FROM json_each(?) CROSS JOIN meetings ON tenant = ? AND number = value`, "["+strings.Join(numbers, ",")+"]", s.tenant)
	if err != nil {
		return nil, err
	}
	var all []*loaded
	for _, p := range places {
		m := there[p.number]
		err := sql.ErrNoRows
		var fresh int64
		if m != nil && (p.copied == 0 || p.copied == m.copied) {
			m.index, fresh, err = s.library.indexOf(ctx, m.id, m.copied)
		}
		if err != nil {
			if err = s.changed(err); err != nil {
				return all, err
			}
			continue
		}
		all = append(all, m)
		if err := s.hold(ctx, m, fresh); err != nil {
			return all, err
		}
	}
	return all, nil
}

// changed is errChanged for what is not there any more, but nil at the last
// attempt.
func (s *search) changed(err error) error {
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case s.last:
		return nil
	}
	return errChanged
}

// hold counts what was unpacked of a meeting until it is released.
func (s *search) hold(ctx context.Context, m *loaded, fresh int64) error {
	if err := work.Hold(ctx, fresh); err != nil {
		return err
	}
	m.held += fresh
	return nil
}

func (s *search) release(ctx context.Context, all ...*loaded) {
	for _, m := range all {
		work.Release(ctx, m.held)
		m.held = 0
	}
}

// rank scores the meeting's units, as far as they may answer.
func (s *search) rank(ctx context.Context, m *loaded, all *rarities) error {
	var marks [][]bool
	m.barred = make([]bool, len(m.index.units))
	if len(s.asked.phrases) > 0 || len(s.asked.without) > 0 {
		if err := s.read(ctx, m); err != nil {
			return err
		}
		found, err := m.index.find(ctx, slices.Concat(s.asked.phrases, s.asked.without), m.turns)
		if err != nil {
			return err
		}
		marks = found[:len(s.asked.phrases)]
		for _, mark := range marks {
			if !slices.Contains(mark, true) {
				return nil
			}
		}
		s.bar(m, found[len(marks):])
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
	var err error
	m.ranked, err = m.index.rank(ctx, s.asked, at, marks, all)
	return err
}

// bar marks the units that say what must not be there, in whatever form of the
// word.
func (s *search) bar(m *loaded, without [][]bool) {
	which, _ := m.index.matches(s.asked.barred)
	for i, u := range m.index.units {
		m.barred[i] = slices.ContainsFunc(u.terms, func(id int32) bool { return which[id] > 0 })
	}
	for _, mark := range without {
		for i, said := range mark {
			m.barred[i] = m.barred[i] || said
		}
	}
}

// read gets the turns, if they are not there yet.
func (s *search) read(ctx context.Context, m *loaded) error {
	if m.turns != nil {
		return nil
	}
	turns, fresh, err := s.library.turnsOf(ctx, m.id, m.copied)
	if errors.Is(err, sql.ErrNoRows) {
		return errChanged
	}
	if err != nil {
		return err
	}
	for _, u := range m.index.units {
		if u.turn >= len(turns) || u.from > u.to || u.to > len(turns[u.turn].Text) {
			return errCorrupt
		}
	}
	m.turns = turns
	return s.hold(ctx, m, fresh)
}

// inside searches one meeting, by itself.
func (s *search) inside(ctx context.Context) error {
	m, err := s.load(ctx, s.places[0])
	if err != nil || m == nil {
		return err
	}
	defer s.release(ctx, m)
	own := &ownWords{index: m.index}
	if err := s.unknown(ctx, own); err != nil {
		return err
	}
	if err := s.expand(ctx, own); err != nil {
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
