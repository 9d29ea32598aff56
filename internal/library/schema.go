package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// migrations are the steps that have led to the schema, in order. A step that
// was released is never changed; a new one is added below it.
func migrations() []string {
	return []string{`
		CREATE TABLE secret (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL);
		CREATE TABLE tenants (id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE);
		CREATE TABLE meetings (
			id INTEGER PRIMARY KEY,
			tenant INTEGER NOT NULL REFERENCES tenants,
			number INTEGER NOT NULL, -- from 0 for each tenant: what postings call the meeting
			bot TEXT NOT NULL,
			title TEXT NOT NULL,
			url TEXT NOT NULL,
			date INTEGER, -- in milliseconds
			duration INTEGER NOT NULL,
			version TEXT NOT NULL,
			turns INTEGER NOT NULL,
			words INTEGER NOT NULL,
			speakers TEXT NOT NULL, -- a name a line
			languages TEXT NOT NULL,
			UNIQUE (tenant, bot),
			UNIQUE (tenant, number)
		);
		CREATE TABLE speech (
			meeting INTEGER PRIMARY KEY REFERENCES meetings,
			turns BLOB NOT NULL,
			terms BLOB NOT NULL
		);
		CREATE TABLE pairs (
			meeting INTEGER PRIMARY KEY REFERENCES meetings,
			bits BLOB NOT NULL
		);
		CREATE TABLE postings (
			tenant INTEGER NOT NULL,
			block INTEGER NOT NULL,
			term TEXT NOT NULL,
			data BLOB NOT NULL,
			PRIMARY KEY (tenant, block, term)
		) WITHOUT ROWID;
	`, `
		-- what was kept is indexed otherwise from here on: it is read again when it is next looked for
		DELETE FROM postings;
		DELETE FROM pairs;
		DELETE FROM speech;
		DELETE FROM meetings;
		ALTER TABLE meetings ADD COLUMN copy INTEGER NOT NULL DEFAULT 0; -- another with each Put
	`, `
		CREATE TABLE summaries (
			tenant INTEGER NOT NULL REFERENCES tenants,
			bot TEXT NOT NULL,
			key TEXT NOT NULL,
			version TEXT NOT NULL, -- of the meeting
			made INTEGER NOT NULL, -- in nanoseconds
			data BLOB NOT NULL,
			PRIMARY KEY (tenant, bot, key)
		) WITHOUT ROWID;
	`, `
		ALTER TABLE meetings ADD COLUMN kept INTEGER NOT NULL DEFAULT 0; -- since when, in milliseconds
		UPDATE meetings SET kept = unixepoch() * 1000;
	`, `
		ALTER TABLE tenants ADD COLUMN changes INTEGER NOT NULL DEFAULT 0; -- how often something of theirs was changed
		ALTER TABLE meetings ADD COLUMN beyond INTEGER NOT NULL DEFAULT 0; -- words at the end that are not indexed
	`}
}

// migrate brings a library up to the last of the steps, each of which happens
// as a whole.
func migrate(ctx context.Context, db *sql.DB, steps []string) error {
	for {
		done, err := step(ctx, db, steps)
		if err != nil || done {
			return err
		}
	}
}

func step(ctx context.Context, db *sql.DB, steps []string) (done bool, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	var version int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return false, err
	}
	if version > len(steps) {
		return false, fmt.Errorf("its schema %d is of a newer program, this one knows %d: upgrade, or choose another file", version, len(steps))
	}
	if version < len(steps) {
		if _, err := tx.ExecContext(ctx, steps[version]); err != nil {
			return false, fmt.Errorf("migrate to schema %d: %w", version+1, err)
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version+1)); err != nil {
			return false, err
		}
	}
	return version == len(steps), tx.Commit()
}
