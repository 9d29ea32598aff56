package library

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/meetmcp/meetmcp/internal/lru"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/work"
)

// Meeting is a finished meeting with its transcript.
type Meeting struct {
	BotID, Title, MeetingURL string
	Date                     time.Time
	Duration                 int64  // seconds
	Version                  string // changes when the transcript does
	Turns                    []transcript.Turn
	Copy                     int64     // another for each Put, in all libraries; 0 when it was not got from one
	Kept                     time.Time // when it was put, to the millisecond; zero when it was not got from a library
}

// Entry is a meeting at a glance.
type Entry struct {
	BotID, Title, MeetingURL, Version string
	Date                              time.Time
	Duration                          int64 // seconds
	Turns, Words                      int
	Kept                              time.Time // when it was put, to the millisecond
}

// Prepared is a meeting with its index, ready to be put.
type Prepared struct {
	meeting      Meeting
	index        *index
	turns, terms []byte // packed
	pairs        []byte
	words        int
	postings     []posting
}

// Prepare makes the index of a meeting, which takes its time and needs no
// library.
func Prepare(ctx context.Context, m Meeting) (p *Prepared, err error) {
	err = work.Heavy(ctx, func(ctx context.Context) error {
		p, err = prepare(ctx, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("index meeting %s: %w", m.BotID, err)
	}
	return p, nil
}

func prepare(ctx context.Context, m Meeting) (*Prepared, error) {
	p := &Prepared{meeting: m, words: transcript.Words(m.Turns)}
	var err error
	if p.index, err = analyse(ctx, m.Title, m.Turns); err != nil {
		return nil, err
	}
	if p.turns, err = packTurns(m.Turns); err != nil {
		return nil, err
	}
	if p.terms, err = p.index.pack(); err != nil {
		return nil, err
	}
	if p.pairs, err = p.index.pairs(ctx, m.Turns); err != nil {
		return nil, err
	}
	p.postings, err = p.index.postings(ctx)
	return p, err
}

// Put keeps a meeting, in the place of what was kept of the same bot: all of
// it or, on an error, nothing.
func (t *Tenant) Put(ctx context.Context, m Meeting) error {
	p, err := Prepare(ctx, m)
	if err != nil {
		return err
	}
	return t.PutPrepared(ctx, p)
}

// PutPrepared is Put for a meeting that is prepared.
func (t *Tenant) PutPrepared(ctx context.Context, p *Prepared) error {
	m := p.meeting
	old, err := t.postedOf(ctx, m.BotID)
	if err != nil {
		return fmt.Errorf("keep meeting %s: %w", m.BotID, err)
	}
	err = t.write(ctx, func(tx *sql.Tx, tenant int64) error {
		if err := t.remove(ctx, tx, tenant, m.BotID, old); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM summaries WHERE tenant = ? AND bot = ? AND version <> ?`, tenant, m.BotID, m.Version); err != nil {
			return err
		}
		var number int
		err := tx.QueryRowContext(ctx, `SELECT ifnull(max(number) + 1, 0) FROM meetings WHERE tenant = ?`, tenant).Scan(&number)
		if err != nil {
			return err
		}
		kept, err := tx.ExecContext(ctx, `INSERT INTO meetings
			(tenant, number, copy, bot, title, url, date, duration, version, turns, words, beyond, speakers, languages, kept)
			VALUES (?, ?, random() | 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			tenant, number, m.BotID, m.Title, m.MeetingURL, millis(m.Date), m.Duration, m.Version,
			len(m.Turns), p.words, p.index.beyond, strings.Join(p.index.speakers, "\n"), strings.Join(p.index.languages, " "), t.library.bounds.Now().UnixMilli())
		if err != nil {
			return err
		}
		id, err := kept.LastInsertId()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO speech (meeting, turns, terms) VALUES (?, ?, ?)`, id, p.turns, p.terms); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO pairs (meeting, bits) VALUES (?, ?)`, id, p.pairs); err != nil {
			return err
		}
		if err := post(ctx, tx, tenant, number, p.postings); err != nil {
			return err
		}
		return t.makeRoom(ctx, tx, tenant)
	})
	if err != nil {
		return fmt.Errorf("keep meeting %s: %w", m.BotID, err)
	}
	return nil
}

const findMeeting = `SELECT meetings.id, copy, title, url, date, duration, version, kept
	FROM tenants JOIN meetings ON tenant = tenants.id AND bot = ? WHERE hash = ? AND kept >= ?`

// Get answers a meeting, or nil when it is not in the library.
func (t *Tenant) Get(ctx context.Context, botID string) (*Meeting, error) {
	for {
		m, id, err := t.header(ctx, botID)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		var fresh int64
		if err == nil {
			m.Turns, fresh, err = t.library.turnsOf(ctx, id, m.Copy)
		}
		if errors.Is(err, sql.ErrNoRows) {
			continue // another was put in its place in between
		}
		if err == nil {
			err = work.Hold(ctx, fresh+int64(len(m.Turns))*int64(unsafe.Sizeof(transcript.Turn{})))
		}
		if err != nil {
			return nil, fmt.Errorf("look up meeting %s: %w", botID, cmp.Or(ctx.Err(), err))
		}
		m.Turns = slices.Clone(m.Turns)
		return m, nil
	}
}

// header is a meeting without its turns, and its id.
func (t *Tenant) header(ctx context.Context, botID string) (*Meeting, int64, error) {
	defer t.library.reading()()
	m := Meeting{BotID: botID}
	var id, put int64
	var when sql.NullInt64
	err := t.library.find.QueryRowContext(ctx, botID, t.hash, t.library.since()).Scan(&id, &m.Copy, &m.Title, &m.MeetingURL, &when, &m.Duration, &m.Version, &put)
	m.Date, m.Kept = date(when), time.UnixMilli(put)
	return &m, id, err
}

// turnsOf unpacks the turns of a meeting, or has them still: fresh is how many
// bytes of memory those take that were unpacked. They are not to be changed.
func (l *Library) turnsOf(ctx context.Context, id, copied int64) (turns []transcript.Turn, fresh int64, err error) {
	return unpacked(ctx, l, l.turns, copied, `turns`, id, unpackTurns)
}

// indexOf is the same for the index of a meeting.
func (l *Library) indexOf(ctx context.Context, id, copied int64) (ix *index, fresh int64, err error) {
	return unpacked(ctx, l, l.indexes, copied, `terms`, id, unpackIndex)
}

// querier is a database, or a state of it.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func unpacked[V any](ctx context.Context, l *Library, held *lru.Cache[int64, V], copied int64, column string, id int64,
	unpack func([]byte) (V, int, error)) (v V, fresh int64, err error) {
	if v, ok := held.Get(copied); ok {
		return v, 0, nil
	}
	packed, err := l.packed(ctx, column, id, copied)
	if err != nil {
		return v, 0, err
	}
	err = work.Heavy(ctx, func(context.Context) error {
		var size int
		if v, size, err = unpack(packed); err != nil {
			return err
		}
		held.Add(copied, v, size)
		fresh = int64(size)
		return nil
	})
	return v, fresh, err
}

// packed reads a column of what was said in a meeting.
func (l *Library) packed(ctx context.Context, column string, id, copied int64) ([]byte, error) {
	defer l.reading()()
	return packed(ctx, l.reads, column, id, copied)
}

func packed(ctx context.Context, from querier, column string, id, copied int64) (data []byte, err error) {
	err = from.QueryRowContext(ctx, `SELECT speech.`+column+` FROM meetings JOIN speech ON meeting = id WHERE id = ? AND copy = ?`, id, copied).Scan(&data)
	return data, err
}

const entryColumns = `bot, title, url, date, duration, version, turns, words, kept`

func scanEntry(row interface{ Scan(...any) error }, more ...any) (Entry, error) {
	var e Entry
	var when sql.NullInt64
	var put int64
	err := row.Scan(append([]any{&e.BotID, &e.Title, &e.MeetingURL, &when, &e.Duration, &e.Version, &e.Turns, &e.Words, &put}, more...)...)
	e.Date, e.Kept = date(when), time.UnixMilli(put)
	return e, err
}

// Entries lists the tenant's meetings, newest first.
func (t *Tenant) Entries(ctx context.Context) ([]Entry, error) {
	var all []Entry
	err := t.read(ctx, func(tx *sql.Tx, tenant int64) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+` FROM meetings WHERE tenant = ? AND kept >= ? ORDER BY date DESC, number DESC`, tenant, t.library.since())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list library: %w", err)
	}
	return all, nil
}

// Delete forgets a meeting, and all that was derived from it.
func (t *Tenant) Delete(ctx context.Context, botID string) error {
	there, err := t.has(ctx, botID)
	if err != nil || !there { // to ask for what is not there must hold up nobody
		return err
	}
	old, err := t.postedOf(ctx, botID)
	if err != nil {
		return fmt.Errorf("forget meeting %s: %w", botID, err)
	}
	err = t.write(ctx, func(tx *sql.Tx, tenant int64) error {
		return t.forget(ctx, tx, tenant, botID, old)
	})
	if err == nil {
		err = t.library.checkpoint(ctx)
	}
	if err != nil {
		return fmt.Errorf("forget meeting %s: %w", botID, err)
	}
	return nil
}

// has reports whether a meeting is in the library, or was and is expired.
func (t *Tenant) has(ctx context.Context, botID string) (bool, error) {
	there := false
	err := t.read(ctx, func(tx *sql.Tx, tenant int64) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM meetings WHERE tenant = ? AND bot = ?)`, tenant, botID).Scan(&there)
	})
	if err != nil {
		return false, fmt.Errorf("look up meeting %s: %w", botID, err)
	}
	return there, nil
}

// Holders are the tenants that have a meeting of this bot.
func (l *Library) Holders(ctx context.Context, botID string) ([]*Tenant, error) {
	hashes, err := l.tenants(ctx, `SELECT hash FROM tenants WHERE id IN (SELECT tenant FROM meetings WHERE bot = ?)`, botID)
	if err != nil {
		return nil, fmt.Errorf("look up who has meeting %s: %w", botID, err)
	}
	holders := make([]*Tenant, len(hashes))
	for i, hash := range hashes {
		holders[i] = &Tenant{l, hash}
	}
	return holders, nil
}

// forget deletes a meeting and its summaries. Of old as in remove.
func (t *Tenant) forget(ctx context.Context, tx *sql.Tx, tenant int64, botID string, old *posted) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM summaries WHERE tenant = ? AND bot = ?`, tenant, botID); err != nil {
		return err
	}
	return t.remove(ctx, tx, tenant, botID, old)
}

// posted is what a copy of a meeting has in the tenant's index.
type posted struct {
	copied int64
	keys   []string
}

// postedOf works out what is to be removed with a meeting, nil when it is not in
// the library.
func (t *Tenant) postedOf(ctx context.Context, botID string) (*posted, error) {
	var id, copied int64
	err := t.read(ctx, func(tx *sql.Tx, tenant int64) error {
		return tx.QueryRowContext(ctx, `SELECT id, copy FROM meetings WHERE tenant = ? AND bot = ?`, tenant, botID).Scan(&id, &copied)
	})
	var kept *index
	if err == nil {
		kept, _, err = t.library.indexOf(ctx, id, copied)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &posted{copied, kept.keys()}, nil
}

// remove deletes a meeting, but not its summaries. What is to be removed with it
// is worked out anew if old is of another copy, or nil.
func (t *Tenant) remove(ctx context.Context, tx *sql.Tx, tenant int64, botID string, old *posted) error {
	var id, copied int64
	var number int
	err := tx.QueryRowContext(ctx, `SELECT id, copy, number FROM meetings WHERE tenant = ? AND bot = ?`, tenant, botID).Scan(&id, &copied, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if old == nil || old.copied != copied {
		data, err := packed(ctx, tx, `terms`, id, copied)
		if err != nil {
			return err
		}
		kept, _, err := unpackIndex(data)
		if err != nil {
			return err
		}
		old = &posted{copied, kept.keys()}
	}
	t.library.turns.Remove(copied)
	t.library.indexes.Remove(copied)
	if err := unpost(ctx, tx, tenant, number, old.keys); err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM speech WHERE meeting = ?`,
		`DELETE FROM pairs WHERE meeting = ?`,
		`DELETE FROM meetings WHERE id = ?`,
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}

// millis and date keep times to the millisecond; none is NULL.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func date(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
