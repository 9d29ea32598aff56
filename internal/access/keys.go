package access

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/meetmcp/meetmcp/client"
)

const (
	keyHolds = 5 * time.Minute // how long what upstream says of a key is believed
	keysMost = 10_000          // that are kept in mind
)

// Keys is the door of callers who bring a Meeting BaaS key of their own. Each
// is tried upstream before its first use, and then only now and again.
type Keys struct {
	api   *client.Client
	namer Namer
	now   func() time.Time

	checks singleflight.Group
	mu     sync.Mutex
	known  map[string]verdict // by the principal's id
}

// verdict is what upstream said of a key.
type verdict struct {
	good  bool
	until time.Time
}

// NewKeys returns the door for keys of the API that client calls.
func NewKeys(api *client.Client, namer Namer, now func() time.Time) *Keys {
	return &Keys{api: api, namer: namer, now: now, known: map[string]verdict{}}
}

// Admit is Door's. A caller who brings a key may do all that the key may.
func (k *Keys) Admit(ctx context.Context, credential Credential) (*Principal, error) {
	if IsToken(credential.Secret.Reveal()) {
		return nil, fmt.Errorf("%w: it is a token, and tokens are sent as Authorization: Bearer to a server that issues them", ErrRefused)
	}
	p := &Principal{ID: k.namer.ID("key", credential.Secret.Reveal()), Key: credential.Secret, Scopes: []Scope{Read, Write, Destroy}}
	p.doubt = func() { k.forget(p.ID) }
	good, err := k.good(ctx, p)
	switch {
	case err != nil:
		return nil, err
	case !good:
		return nil, fmt.Errorf("%w: Meeting BaaS does not accept this API key", ErrRefused)
	}
	p.Accepted = k.now().Add(-keyHolds) // at the earliest
	return p, nil
}

// good says whether upstream accepts a key, as far as is known or asking tells.
func (k *Keys) good(ctx context.Context, p *Principal) (bool, error) {
	k.mu.Lock()
	v, known := k.known[p.ID]
	k.mu.Unlock()
	if known && k.now().Before(v.until) {
		return v.good, nil
	}
	// One caller's leaving must not fail the others who wait for the same answer.
	asked := k.checks.DoChan(p.ID, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(With(ctx, p)), 20*time.Second)
		defer cancel()
		err := k.api.Check(client.WithCalls(ctx, &client.Calls{}))
		var e *client.Error
		means := 0
		if errors.As(err, &e) {
			means = e.Means()
		}
		refused := means == http.StatusUnauthorized || means == http.StatusForbidden
		switch {
		case means == http.StatusPaymentRequired:
			return false, ErrUnpaid
		case err != nil && !refused:
			return false, fmt.Errorf("the API key could not be checked: %w", err)
		}
		k.note(p.ID, !refused)
		return !refused, nil
	})
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case answer := <-asked:
		good, _ := answer.Val.(bool)
		return good, answer.Err
	}
}

func (k *Keys) note(id string, good bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if len(k.known) >= keysMost {
		maps.DeleteFunc(k.known, func(_ string, v verdict) bool { return !now.Before(v.until) || !v.good })
	}
	if len(k.known) < keysMost {
		k.known[id] = verdict{good, now.Add(keyHolds)}
	}
}

// forget has a key tried again before its next use.
func (k *Keys) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, id)
}
