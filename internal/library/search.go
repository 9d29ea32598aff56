package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/words"
)

// Query is what to look for, and where.
type Query struct {
	Text          string    // words, "quoted phrases", and -words that must not be there
	BotID         string    // only in this meeting
	Speaker       string    // only what people of whose name this is a part said
	Meeting       string    // only in meetings of whose title or URL this is a part
	After, Before time.Time // only in meetings that began from then on, or before then
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
	Searched       int  // meetings
	Turns          int  // of these meetings
	Oldest, Newest time.Time
	Unknown        []string            // words of the query that occur nowhere
	Nearest        map[string][]string // for each of these, words that do occur
	Instead        map[string][]string // those of the nearest that are so near that they were searched for
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
	s := search{Query: q, asked: &asked}
	err := t.read(ctx, func(tx *sql.Tx, tenant int64) error {
		s.tx, s.tenant = tx, tenant
		return s.run(ctx)
	})
	var refused *QueryError
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("search library: %w", err)
	}
	return s.found, err
}

// search is one under way.
type search struct {
	Query
	asked     *question
	tx        *sql.Tx
	tenant    int64
	places    []place // of the meetings in question
	languages []string
	found     Results
}

// place is a meeting that is looked into.
type place struct {
	number int
	score  float64
}

func (s *search) run(ctx context.Context) error {
	if err := s.scope(ctx); err != nil {
		return err
	}
	if err := s.asked.prepare(s.languages); err != nil {
		return err
	}
	if len(s.places) == 0 {
		return nil
	}
	if s.BotID != "" {
		return s.inside(ctx)
	}
	return s.across(ctx)
}

// scope finds the meetings in question.
func (s *search) scope(ctx context.Context) error {
	where, args := `tenant = ?`, []any{s.tenant}
	limit := func(condition string, value any) {
		where += ` AND ` + condition
		args = append(args, value)
	}
	if s.BotID != "" {
		limit(`bot = ?`, s.BotID)
	}
	if !s.After.IsZero() {
		limit(`date >= ?`, s.After.UnixMilli())
	}
	if !s.Before.IsZero() {
		limit(`date < ?`, s.Before.UnixMilli())
	}
	names := ``
	if s.Meeting != "" || s.Speaker != "" {
		names = `, title, url, speakers`
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT number, turns, date, languages`+names+` FROM meetings WHERE `+where, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var spoken, title, link, speakers sql.RawBytes
	columns := 4
	if names != `` {
		columns = 7
	}
	meeting, speaker := folded(s.Meeting), folded(s.Speaker)
	others := map[string]bool{}
	known := map[string]bool{}
	for rows.Next() {
		var number, turns int
		var when sql.NullInt64
		into := []any{&number, &turns, &when, &spoken, &title, &link, &speakers}
		if err := rows.Scan(into[:columns]...); err != nil {
			return err
		}
		if meeting != "" && !strings.Contains(folded(string(title)), meeting) && !strings.Contains(folded(string(link)), meeting) {
			continue
		}
		if speaker != "" {
			if !strings.Contains(folded(string(speakers)), speaker) {
				if len(others) < maxNames {
					for name := range strings.SplitSeq(string(speakers), "\n") {
						others[name] = true
					}
				}
				continue
			}
		}
		s.places = append(s.places, place{number: number})
		s.found.Searched++
		s.found.Turns += turns
		if at := date(when); when.Valid {
			if s.found.Oldest.IsZero() || at.Before(s.found.Oldest) {
				s.found.Oldest = at
			}
			if at.After(s.found.Newest) {
				s.found.Newest = at
			}
		}
		if !known[string(spoken)] {
			known[string(spoken)] = true
			for language := range strings.FieldsSeq(string(spoken)) {
				if !slices.Contains(s.languages, language) {
					s.languages = append(s.languages, language)
				}
			}
		}
	}
	if speaker != "" && len(s.places) == 0 {
		s.found.Speakers = slices.Sorted(maps.Keys(others))
	}
	slices.Sort(s.languages)
	return rows.Err()
}

const maxNames = 50 // that are offered in the place of a speaker whom nobody knows

// folded is a name in the form in which its parts are compared.
func folded(name string) string { return words.Unaccented(words.Plain(strings.TrimSpace(name))) }

// loaded is a meeting with all that a hit needs.
type loaded struct {
	entry  Entry
	index  *index
	turns  []transcript.Turn
	speech []byte
	barred []bool // by unit
	ranked ranking
}

// fetch loads a meeting's index, and its turns as they are packed.
func (s *search) fetch(ctx context.Context, number int) (*loaded, error) {
	m := &loaded{}
	var terms []byte
	row := s.tx.QueryRowContext(ctx, `SELECT `+entryColumns+`, speech, terms FROM
		(SELECT meetings.*, speech.turns AS speech, terms FROM meetings JOIN speech ON meeting = id
		WHERE tenant = ? AND number = ?)`, s.tenant, number)
	var err error
	if m.entry, err = scanEntry(row, &m.speech, &terms); err != nil {
		return nil, err
	}
	m.index, err = unpackIndex(terms)
	return m, err
}

// rank scores the meeting's units, as far as they may answer.
func (s *search) rank(m *loaded, all *rarities) error {
	var marks [][]bool
	m.barred = make([]bool, len(m.index.units))
	if len(s.asked.phrases) > 0 || len(s.asked.without) > 0 {
		if err := m.read(); err != nil {
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
	for _, phrase := range s.asked.without {
		for i, said := range m.index.find(phrase, m.turns) {
			m.barred[i] = m.barred[i] || said
		}
		single := question{plain: phrase}
		if strings.Count(phrase, " ") > 2 || single.prepare(s.languages) != nil {
			continue
		}
		which, _ := m.index.matches(single.terms)
		for i, u := range m.index.units {
			if slices.ContainsFunc(u.terms, func(id int) bool { return which[id] > 0 }) {
				m.barred[i] = true
			}
		}
	}
}

// read unpacks the turns, if they are not yet.
func (m *loaded) read() (err error) {
	if m.turns == nil {
		m.turns, err = unpackTurns(m.speech)
	}
	for _, u := range m.index.units {
		if err == nil && (u.turn >= len(m.turns) || u.from > u.to || u.to > len(m.turns[u.turn].Text)) {
			err = errCorrupt
		}
	}
	return err
}

// hits are the meeting's best passages.
func (m *loaded) hits(most int, top float64) ([]Hit, error) {
	all := m.index.windows(m.ranked, most, top, func(u int) bool { return m.barred[u] })
	if len(all) == 0 {
		return nil, nil
	}
	if err := m.read(); err != nil {
		return nil, err
	}
	hits := make([]Hit, len(all))
	for i, w := range all {
		hits[i] = m.index.hit(w, m.turns)
		hits[i].Meeting = m.entry
	}
	return hits, nil
}

// inside searches one meeting, by itself.
func (s *search) inside(ctx context.Context) error {
	m, err := s.fetch(ctx, s.places[0].number)
	if err != nil {
		return err
	}
	if err := s.unknown(ctx, m.index); err != nil {
		return err
	}
	if err := s.rank(m, nil); err != nil {
		return err
	}
	top := 0.0
	for _, own := range m.ranked.own {
		top = max(top, own)
	}
	hits, err := m.hits(s.Offset+s.Limit+1, top)
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
