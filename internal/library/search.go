package library

import (
	"context"
	"errors"
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

// Search finds the passages that answer a query best.
func (t *Tenant) Search(ctx context.Context, q Query) (Results, error) {
	return Results{}, errors.New("search is not possible yet")
}
