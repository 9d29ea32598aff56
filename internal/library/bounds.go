package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Bounds is how long and how much a library keeps for tenants who are strangers
// to each other. Zero is no bound. What they exclude is not answered; Expire
// deletes it.
type Bounds struct {
	TTL      time.Duration    // that a meeting is kept, counted from when it was put
	Meetings int              // of one tenant; whoever puts more loses those that were put first
	Now      func() time.Time // the clock; time.Now when nil
}

// since is when a meeting must have been put to be answered, in milliseconds.
func (l *Library) since() int64 {
	if l.bounds.TTL == 0 {
		return 0
	}
	return l.bounds.Now().Add(-l.bounds.TTL).UnixMilli()
}

// Expire deletes what has been kept for as long as it may be, of all tenants,
// and says how many meetings that were.
func (l *Library) Expire(ctx context.Context) (meetings int, err error) {
	since := l.since()
	hashes, err := l.tenants(ctx, `SELECT hash FROM tenants WHERE id IN (SELECT tenant FROM meetings WHERE kept < ?)`, since)
	for _, hash := range hashes {
		tenant := &Tenant{l, hash}
		err = errors.Join(err, tenant.write(ctx, func(tx *sql.Tx, id int64) error {
			n, err := tenant.drop(ctx, tx, id, `SELECT bot FROM meetings WHERE tenant = ? AND kept < ?`, since)
			meetings += n
			return err
		}))
	}
	if err == nil {
		err = l.checkpoint(ctx) // also of what was deleted while others were reading
	}
	if err != nil {
		return meetings, fmt.Errorf("forget what is too old: %w", err)
	}
	return meetings, nil
}

// makeRoom deletes what the tenant has beyond its bound.
func (t *Tenant) makeRoom(ctx context.Context, tx *sql.Tx, tenant int64) error {
	if t.library.bounds.Meetings == 0 {
		return nil
	}
	_, err := t.drop(ctx, tx, tenant, `SELECT bot FROM meetings WHERE tenant = ? ORDER BY kept DESC, number DESC LIMIT -1 OFFSET ?`, t.library.bounds.Meetings)
	return err
}

// drop deletes the meetings that a query names, and says how many those were.
func (t *Tenant) drop(ctx context.Context, tx *sql.Tx, tenant int64, query string, bound any) (int, error) {
	bots, err := column[string](ctx, tx, query, tenant, bound)
	for _, bot := range bots {
		err = errors.Join(err, t.forget(ctx, tx, tenant, bot, nil))
	}
	return len(bots), err
}

// column answers the only column of a query's rows.
func column[V any](ctx context.Context, from interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, query string, args ...any) (all []V, err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v V
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
