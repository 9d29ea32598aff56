package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tokensRead  = time.Second      // how often the file is looked at
	tokensStale = 10 * time.Second // after which Ready says that it is not
)

// TokenOptions says what becomes of what a door of tokens notices.
type TokenOptions struct {
	Log *slog.Logger
	// Ended is called once for each token that is over: that was revoked, has
	// expired or is gone. With last, no valid token stands for the same API key
	// any more, and what only that key could see may be purged. After an error it
	// is called again in a minute; after a start, for all that is over.
	Ended func(ctx context.Context, p *Principal, last bool) error
}

// Tokens is the door of callers to whom the operator issued a token. It follows
// the file: what changes there holds a second later.
type Tokens struct {
	file *TokenFile
	keys *MasterKeys
	TokenOptions

	hash  func([]byte) [sha256.Size]byte
	decoy []byte // the hash of no token

	list atomic.Pointer[tokenSnapshot]
	mu   sync.Mutex
	err  error // of the last look at the file
	read time.Time

	stop func()
}

// tokenSnapshot is the file as it was read.
type tokenSnapshot struct {
	raw []byte
	by  map[string]*heldToken // ID
}

// heldToken is a token with what it stands for.
type heldToken struct {
	issued
	principal *Principal
	fault     error // why there is none
}

// OpenTokens returns the door of the tokens in a file, until Close. A file that
// is not there is an empty list, and one that cannot be read an error.
func OpenTokens(file *TokenFile, keys *MasterKeys, options TokenOptions) (*Tokens, error) {
	t := &Tokens{file: file, keys: keys, TokenOptions: options, hash: sha256.Sum256, decoy: make([]byte, sha256.Size)}
	rand.Read(t.decoy)
	t.list.Store(&tokenSnapshot{})
	if t.look(); t.err != nil {
		return nil, t.err
	}
	if t.list.Load().by == nil {
		t.Log.Warn("there is no token yet, nor a token file", "path", file.path)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { each(ctx, tokensRead, t.follow) })
	if t.Ended != nil {
		e := &ending{tokens: t, seen: map[string]*heldToken{}, told: map[string]time.Time{}}
		running.Go(func() { each(ctx, tokensRead, e.tell) })
	}
	t.stop = func() { cancel(); running.Wait() }
	return t, nil
}

// Close ends the looking at the file.
func (t *Tokens) Close() { t.stop() }

// each does something now and then every so often, until ctx ends.
func each(ctx context.Context, every time.Duration, do func(context.Context)) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for ctx.Err() == nil {
		do(ctx)
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
	}
}

// look reads the file again, and keeps the list as it was when it cannot. A
// file that never was there is an empty list; one that is gone is not.
func (t *Tokens) look() {
	raw, err := t.file.raw()
	last := t.list.Load()
	switch {
	case errors.Is(err, fs.ErrNotExist) && last.by == nil:
		err = nil
	case err == nil && (last.by == nil || !bytes.Equal(raw, last.raw)):
		var list []issued
		if list, err = parseTokens(raw); err == nil {
			t.list.Store(t.snapshot(raw, list, last))
		}
	}
	if err != nil {
		err = t.file.fault(err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err, t.read = err, t.file.now()
}

// follow looks, and logs when that begins to go wrong.
func (t *Tokens) follow(ctx context.Context) {
	before := t.Ready(ctx)
	t.look()
	if now := t.Ready(ctx); now != nil && before == nil {
		t.Log.Error("tokens stay as they were: what is issued or revoked is not noticed", "error", now)
	}
}

func (t *Tokens) snapshot(raw []byte, list []issued, last *tokenSnapshot) *tokenSnapshot {
	s := &tokenSnapshot{raw: raw, by: make(map[string]*heldToken, len(list))}
	for _, one := range list {
		held := &heldToken{issued: one}
		s.by[one.ID] = held
		key, err := t.keys.open(&one)
		if err != nil {
			held.fault = err
			over, _ := one.over(t.file.now())
			if was := last.by[one.ID]; over == "" && (was == nil || was.fault == nil) {
				t.Log.Error("a token is refused, as its API key cannot be decrypted", "token", one.ID, "name", one.Name, "error", err)
			}
			continue
		}
		held.principal = &Principal{ID: "token-" + one.ID, Name: one.Name, Key: key, Scopes: one.Scopes, Sets: one.Sets,
			Bots: one.Bots, Expires: one.Expires, Webhooks: one.Webhooks}
	}
	return s
}

// Ready says why a change of the file would not be noticed, if so.
func (t *Tokens) Ready(context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if since := t.file.now().Sub(t.read); t.err == nil && since > tokensStale {
		return t.file.fault(fmt.Errorf("it was last read %s ago", since.Round(time.Second)))
	}
	return t.err
}

// refusal refuses a token. It says the same of all outside, and the reason to
// the log.
type refusal struct{ reason string }

func (r *refusal) Error() string        { return ErrRefused.Error() }
func (r *refusal) Unwrap() error        { return ErrRefused }
func (r *refusal) LogValue() slog.Value { return slog.StringValue(r.reason) }

// Admit is Door's. What is no token is not of its kind. Unknown ids take the
// work that known ones take.
func (t *Tokens) Admit(_ context.Context, c Credential) (*Principal, error) {
	token := c.Secret.Reveal()
	if !IsToken(token) {
		return nil, nil
	}
	id, wellFormed := tokenID(token)
	held, want := t.list.Load().by[id], t.decoy
	if held != nil {
		want = held.Hash
	}
	hash := t.hash([]byte(token))
	same := subtle.ConstantTimeCompare(hash[:], want) == 1
	switch {
	case !wellFormed:
		return nil, &refusal{"it is not a whole token"}
	case held == nil:
		return nil, &refusal{"no token has the id " + id}
	case !same:
		return nil, &refusal{"it has the id " + id + " and another secret"}
	case c.Scheme != Bearer:
		return nil, &refusal{"the token " + id + " was sent as an API key"}
	}
	if over := held.refused(t.file.now()); over != "" {
		return nil, &refusal{"the token " + id + " " + over}
	}
	return held.principal, nil
}

// refused says why a token is not admitted, or nothing.
func (h *heldToken) refused(now time.Time) string {
	switch over, since := h.over(now); {
	case over != "":
		return "is " + over + " since " + since.Format(time.RFC3339)
	case h.fault != nil:
		return "cannot be used: " + h.fault.Error()
	}
	return ""
}
