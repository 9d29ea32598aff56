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

	"github.com/meetmcp/meetmcp/internal/lru"
	"github.com/meetmcp/meetmcp/internal/transcript"
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

// Put keeps a meeting, in the place of what was kept of the same bot: all of
// it or, on an error, nothing.
func (t *Tenant) Put(ctx context.Context, m Meeting) error {
	turns, err := packTurns(m.Turns)
	if err != nil {
		return fmt.Errorf("keep meeting %s: %w", m.BotID, err)
	}
	made := analyse(m.Title, m.Turns)
	terms, err := made.pack()
	if err != nil {
		return fmt.Errorf("keep meeting %s: %w", m.BotID, err)
	}
	err = t.write(ctx, func(tx *sql.Tx, tenant int64) error {
		if err := t.remove(ctx, tx, tenant, m.BotID); err != nil {
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
			(tenant, number, copy, bot, title, url, date, duration, version, turns, words, speakers, languages, kept)
			VALUES (?, ?, random() | 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			tenant, number, m.BotID, m.Title, m.MeetingURL, millis(m.Date), m.Duration, m.Version,
			len(m.Turns), transcript.Words(m.Turns), strings.Join(made.speakers, "\n"), strings.Join(made.languages, " "), t.library.bounds.Now().UnixMilli())
		if err != nil {
			return err
		}
		id, err := kept.LastInsertId()
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO speech (meeting, turns, terms) VALUES (?, ?, ?)`, id, turns, terms); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO pairs (meeting, bits) VALUES (?, ?)`, id, made.pairs(m.Turns)); err != nil {
			return err
		}
		if err := made.post(ctx, tx, tenant, number); err != nil {
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
	defer t.library.reading()()
	for {
		m := Meeting{BotID: botID}
		var id, put int64
		var when sql.NullInt64
		err := t.library.find.QueryRowContext(ctx, botID, t.hash, t.library.since()).Scan(&id, &m.Copy, &m.Title, &m.MeetingURL, &when, &m.Duration, &m.Version, &put)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err == nil {
			m.Date, m.Kept = date(when), time.UnixMilli(put)
			m.Turns, err = t.library.turnsOf(ctx, t.library.reads, id, m.Copy)
		}
		if errors.Is(err, sql.ErrNoRows) {
			continue // another was put in its place in between
		}
		if err != nil {
			return nil, fmt.Errorf("look up meeting %s: %w", botID, cmp.Or(ctx.Err(), err))
		}
		m.Turns = slices.Clone(m.Turns)
		return &m, nil
	}
}

// turnsOf unpacks the turns of a meeting, or has them still. They are not to be
// changed.
func (l *Library) turnsOf(ctx context.Context, from querier, id, copied int64) ([]transcript.Turn, error) {
	return unpacked(ctx, from, l.turns, copied, `turns`, id, unpackTurns)
}

// indexOf is the same for the index of a meeting.
func (l *Library) indexOf(ctx context.Context, from querier, id, copied int64) (*index, error) {
	return unpacked(ctx, from, l.indexes, copied, `terms`, id, unpackIndex)
}

// querier is a database, or a state of it.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func unpacked[V any](ctx context.Context, from querier, held *lru.Cache[int64, V], copied int64, column string, id int64,
	unpack func([]byte) (V, int, error)) (V, error) {
	if v, ok := held.Get(copied); ok {
		return v, nil
	}
	var packed []byte
	var none V
	err := from.QueryRowContext(ctx, `SELECT speech.`+column+` FROM meetings JOIN speech ON meeting = id WHERE id = ? AND copy = ?`, id, copied).Scan(&packed)
	if err != nil {
		return none, err
	}
	v, size, err := unpack(packed)
	if err != nil {
		return none, err
	}
	held.Add(copied, v, size)
	return v, nil
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
	err = t.write(ctx, func(tx *sql.Tx, tenant int64) error {
		return t.forget(ctx, tx, tenant, botID)
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

// forget deletes a meeting and its summaries.
func (t *Tenant) forget(ctx context.Context, tx *sql.Tx, tenant int64, botID string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM summaries WHERE tenant = ? AND bot = ?`, tenant, botID); err != nil {
		return err
	}
	return t.remove(ctx, tx, tenant, botID)
}

// remove deletes a meeting, but not its summaries.
func (t *Tenant) remove(ctx context.Context, tx *sql.Tx, tenant int64, botID string) error {
	var id, copied int64
	var number int
	err := tx.QueryRowContext(ctx, `SELECT id, copy, number FROM meetings WHERE tenant = ? AND bot = ?`, tenant, botID).Scan(&id, &copied, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	kept, err := t.library.indexOf(ctx, tx, id, copied)
	if err != nil {
		return err
	}
	t.library.turns.Remove(copied)
	t.library.indexes.Remove(copied)
	if err := kept.unpost(ctx, tx, tenant, number); err != nil {
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
