package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// mostSummaries is how many are kept of a meeting, the newest.
const mostSummaries = 50

// Summary answers what was kept under a key of this version of a meeting's
// transcript, or nil.
func (t *Tenant) Summary(ctx context.Context, botID, version, key string) ([]byte, error) {
	var data []byte
	err := t.read(ctx, func(tx *sql.Tx, tenant int64) error {
		return tx.QueryRowContext(ctx, `SELECT data FROM summaries WHERE tenant = ? AND bot = ? AND key = ? AND version = ?`,
			tenant, botID, key, version).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a summary of meeting %s: %w", botID, err)
	}
	return data, nil
}

// PutSummary keeps a summary as long as the meeting is kept, and this version of
// it. Of a meeting that is not, nothing is kept.
func (t *Tenant) PutSummary(ctx context.Context, botID, version, key string, data []byte) error {
	err := t.write(ctx, func(tx *sql.Tx, tenant int64) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO summaries (tenant, bot, key, version, made, data)
			SELECT tenant, bot, ?, version, ?, ? FROM meetings WHERE tenant = ? AND bot = ? AND version = ?`,
			key, time.Now().UnixNano(), data, tenant, botID, version)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM summaries WHERE tenant = ? AND bot = ? AND key NOT IN
			(SELECT key FROM summaries WHERE tenant = ? AND bot = ? ORDER BY made DESC LIMIT ?)`, tenant, botID, tenant, botID, mostSummaries)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a summary of meeting %s: %w", botID, err)
	}
	return nil
}
