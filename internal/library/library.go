// Package library keeps finished meetings on this machine, indexed, so that
// what was said in them is found without fetching it again.
package library

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // registers the driver

	"github.com/meetmcp/meetmcp/internal/lru"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// Memory is the path of a library that lasts as long as the process.
const Memory = "memory"

// Unpacked meetings are held in memory up to so many bytes: some hundred hours.
const (
	heldTurns   = 16 << 20
	heldIndexes = 24 << 20
)

// busyTimeout is how long a writer waits for those of other processes, in
// milliseconds.
const busyTimeout = "10000"

// Library is one file of meetings, each kept for one tenant.
type Library struct {
	path   string
	reads  *sql.DB
	writes *sql.DB   // one connection, so that writers wait in line
	find   *sql.Stmt // a meeting, as Get asks for it
	secret []byte
	bounds Bounds
	lock   sync.RWMutex // in memory, SQLite lets nobody read while somebody writes

	turns   *lru.Cache[int64, []transcript.Turn] // by copy, which is of what was put at once and never changes
	indexes *lru.Cache[int64, *index]
}

// Open opens or makes a library at path, for the owner's eyes only, or in
// memory when path is Memory. Several processes may have the same one open, also
// with other bounds.
func Open(ctx context.Context, path string, bounds Bounds) (*Library, error) {
	if bounds.Now == nil {
		bounds.Now = time.Now
	}
	l := &Library{path: path, bounds: bounds, turns: lru.New[int64, []transcript.Turn](heldTurns), indexes: lru.New[int64, *index](heldIndexes)}
	if err := l.connect(); err != nil {
		return nil, fmt.Errorf("open library %s: %w", path, err)
	}
	err := migrate(ctx, l.writes, migrations())
	if err == nil {
		l.secret, err = secret(ctx, l.writes)
	}
	if err == nil {
		l.find, err = l.reads.PrepareContext(ctx, findMeeting)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open library %s: %w", path, err), l.Close())
	}
	return l, nil
}

func (l *Library) connect() error {
	source, journal, cache := url.URL{Scheme: "file", Path: "/" + rand.Text()}, "MEMORY", -2000
	settings := url.Values{"_txlock": {"immediate"}}
	if l.path == Memory {
		settings.Set("vfs", "memdb") // which several connections may share by its name
	} else {
		if err := private(l.path); err != nil {
			return err
		}
		absolute, err := filepath.Abs(l.path)
		if err != nil {
			return err
		}
		slashed := filepath.ToSlash(absolute)
		if !strings.HasPrefix(slashed, "/") {
			slashed = "/" + slashed // a drive's letter
		}
		source.Path, journal, cache = slashed, "WAL", -16000
	}
	settings["_pragma"] = []string{"busy_timeout(" + busyTimeout + ")", "page_size(8192)", "journal_mode(" + journal + ")", "synchronous(NORMAL)",
		"secure_delete(ON)", fmt.Sprintf("cache_size(%d)", cache)} // in KB, for each connection
	source.RawQuery = settings.Encode()
	var err error
	if l.writes, err = sql.Open("sqlite", source.String()); err != nil {
		return err
	}
	l.writes.SetMaxOpenConns(1)
	if l.reads, err = sql.Open("sqlite", source.String()); err != nil {
		return errors.Join(err, l.writes.Close())
	}
	l.reads.SetMaxOpenConns(8)
	return nil
}

// private makes the file and its folder before SQLite does, which would let
// others read them.
func private(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

// Close closes the library.
func (l *Library) Close() error {
	var err error
	if l.find != nil {
		err = l.find.Close()
	}
	return errors.Join(err, l.reads.Close(), l.writes.Close())
}

// secret is what tenants' names are hashed with, so that the file does not
// betray whose keys it has seen.
func secret(ctx context.Context, db *sql.DB) ([]byte, error) {
	made := make([]byte, 32)
	if _, err := rand.Read(made); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO secret (id, value) VALUES (1, ?) ON CONFLICT DO NOTHING`, made); err != nil {
		return nil, err
	}
	err := db.QueryRowContext(ctx, `SELECT value FROM secret`).Scan(&made)
	return made, err
}

// Tenant is one account's part of a library: nothing of it shows in another's.
type Tenant struct {
	library *Library
	hash    []byte
}

// Tenant answers the part that belongs to an API key.
func (l *Library) Tenant(key string) *Tenant {
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte(key))
	return &Tenant{l, mac.Sum(nil)}
}

// Purge forgets all of the tenant's meetings.
func (t *Tenant) Purge(ctx context.Context) error {
	err := t.write(ctx, func(tx *sql.Tx, id int64) error {
		for _, statement := range []string{
			`DELETE FROM summaries WHERE tenant = ?`,
			`DELETE FROM postings WHERE tenant = ?`,
			`DELETE FROM speech WHERE meeting IN (SELECT id FROM meetings WHERE tenant = ?)`,
			`DELETE FROM pairs WHERE meeting IN (SELECT id FROM meetings WHERE tenant = ?)`,
			`DELETE FROM meetings WHERE tenant = ?`,
			`DELETE FROM tenants WHERE id = ?`,
		} {
			if _, err := tx.ExecContext(ctx, statement, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		t.library.turns.Clear()
		t.library.indexes.Clear()
		err = t.library.shrink(ctx)
	}
	if err != nil {
		return fmt.Errorf("purge library: %w", err)
	}
	return nil
}

// Purge forgets the meetings of all tenants.
func (l *Library) Purge(ctx context.Context) error {
	hashes, err := l.tenants(ctx, `SELECT hash FROM tenants`)
	if err != nil {
		return fmt.Errorf("purge library: %w", err)
	}
	for _, hash := range hashes {
		if err := (&Tenant{l, hash}).Purge(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l *Library) tenants(ctx context.Context, query string, args ...any) ([][]byte, error) {
	defer l.reading()()
	return column[[]byte](ctx, l.reads, query, args...)
}

// shrink gives back to the disk what deleted meetings took.
func (l *Library) shrink(ctx context.Context) error {
	if _, err := l.writes.ExecContext(ctx, `VACUUM`); err != nil {
		return fmt.Errorf("all is deleted, but the file could not be made smaller: %w", err)
	}
	return l.checkpoint(ctx)
}

// checkpoint empties the log, where what was deleted would otherwise linger.
// While others are reading it cannot, and is left to the next one: nobody waits
// for readers.
func (l *Library) checkpoint(ctx context.Context) error {
	if l.path == Memory {
		return nil
	}
	conn, err := l.writes.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx = context.WithoutCancel(ctx) // or the connection would stay so impatient
	for _, statement := range []string{`PRAGMA busy_timeout = 100`, `PRAGMA wal_checkpoint(TRUNCATE)`, `PRAGMA busy_timeout = ` + busyTimeout} {
		if _, err = conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// write runs change in a transaction: all of it happens, or nothing. Nobody else
// can write meanwhile nor, in memory, read: what can be computed before is.
func (t *Tenant) write(ctx context.Context, change func(tx *sql.Tx, tenant int64) error) error {
	if t.library.path == Memory {
		t.library.lock.Lock()
		defer t.library.lock.Unlock()
	}
	tx, err := t.library.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, `INSERT INTO tenants (hash) VALUES (?) ON CONFLICT DO UPDATE SET changes = changes + 1`, t.hash); err == nil {
		var id int64
		if id, err = t.id(ctx, tx); err == nil {
			err = change(tx, id)
		}
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// read runs look on one unchanging state of the library. The tenant is 0 when
// it has nothing. In memory nobody can write meanwhile: look only copies out.
func (t *Tenant) read(ctx context.Context, look func(tx *sql.Tx, tenant int64) error) error {
	err := t.look(ctx, look)
	return cmp.Or(ctx.Err(), err)
}

func (t *Tenant) look(ctx context.Context, look func(tx *sql.Tx, tenant int64) error) error {
	defer t.library.reading()()
	tx, err := t.library.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	id, err := t.id(ctx, tx)
	if err == nil {
		err = look(tx, id)
	}
	if rollback := tx.Rollback(); !errors.Is(rollback, sql.ErrTxDone) {
		err = errors.Join(err, rollback)
	}
	return err
}

// reading keeps writers away until what it answers is called.
func (l *Library) reading() (done func()) {
	if l.path != Memory {
		return func() {}
	}
	l.lock.RLock()
	return l.lock.RUnlock
}

// each calls row with the rows of a query, one after the other. As in read, row
// only copies out.
func (l *Library) each(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	err := l.rows(ctx, row, query, args...)
	return cmp.Or(ctx.Err(), err)
}

func (l *Library) rows(ctx context.Context, row func(*sql.Rows) error, query string, args ...any) error {
	defer l.reading()()
	rows, err := l.reads.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *Tenant) id(ctx context.Context, from querier) (int64, error) {
	id, _, err := t.state(ctx, from)
	return id, err
}

// state is the tenant's number, 0 when it has nothing, and how often something
// of it was changed.
func (t *Tenant) state(ctx context.Context, from querier) (id, changes int64, err error) {
	err = from.QueryRowContext(ctx, `SELECT id, changes FROM tenants WHERE hash = ?`, t.hash).Scan(&id, &changes)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return id, changes, err
}

// Status is what a library holds, of all its tenants together.
type Status struct {
	Path           string
	Schema         int
	Tenants        int
	Meetings       int
	Turns, Words   int
	Bytes          int64 // of the file, without its log
	Oldest, Newest time.Time
}

// Status tells what the library holds.
func (l *Library) Status(ctx context.Context) (Status, error) {
	s := Status{Path: l.path}
	var pages, size int64
	var oldest, newest sql.NullInt64
	err := errors.Join(
		l.reads.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&s.Schema),
		l.reads.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages),
		l.reads.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&size),
		l.reads.QueryRowContext(ctx, `SELECT count(DISTINCT tenant), count(*), ifnull(sum(turns), 0), ifnull(sum(words), 0),
			min(date), max(date) FROM meetings`).Scan(&s.Tenants, &s.Meetings, &s.Turns, &s.Words, &oldest, &newest))
	if err != nil {
		return Status{}, fmt.Errorf("look at library: %w", err)
	}
	s.Bytes, s.Oldest, s.Newest = pages*size, date(oldest), date(newest)
	return s, nil
}
