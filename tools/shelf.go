package tools

import (
	"context"
	"fmt"
	"time"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
)

// What strangers are shown of what is kept, when the API does not say anew that
// it is theirs.
const (
	acceptedFor = 10 * time.Minute // after it accepted their key
	seenFor     = 24 * time.Hour   // after it had the meeting
)

const (
	sweepEvery   = 5 * time.Minute  // that what is known of copies is looked through for what is of no more use
	forgottenFor = 15 * time.Minute // that it is known what was forgotten: longer than any call that has read it runs
)

// shelf is the part of the library that the call's key may be shown now, nil
// without a library. What other replicas have dropped is dropped from it first.
func (a *archive) shelf(ctx context.Context) (*library.Tenant, error) {
	kept, err := a.tenant(ctx)
	if kept == nil || err != nil {
		return nil, err
	}
	if err := a.trusted(ctx); err != nil {
		return nil, err
	}
	a.revive(ctx)
	return kept, a.applyDrops(ctx, kept)
}

// trusted asks the API about a stranger's key when it has not accepted it of late.
func (a *archive) trusted(ctx context.Context) error {
	p := access.From(ctx)
	if p == nil {
		return nil
	}
	a.mu.Lock()
	at := a.accepted[p.Key.Reveal()]
	a.mu.Unlock()
	if now := a.policy.Now(); now.Sub(at) < acceptedFor || now.Sub(p.Accepted) < acceptedFor {
		return nil
	}
	if err := a.api.Check(ctx); err != nil {
		return fmt.Errorf("what is kept of your meetings is only shown while Meeting BaaS accepts your key: %w", err)
	}
	a.accept(ctx)
	return nil
}

// revive takes note that somebody can use the call's key again.
func (a *archive) revive(ctx context.Context) {
	if access.From(ctx) == nil || a.ending(ctx) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.ended, a.api.KeyFor(ctx).Reveal())
}

// accept takes note that the API has just answered the call's key.
func (a *archive) accept(ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.accepted[a.api.KeyFor(ctx).Reveal()] = a.policy.Now()
}

// see takes note that the API has a stranger's meeting.
func (a *archive) see(ctx context.Context, id string) {
	if access.From(ctx) != nil {
		a.note(ctx, id, func(c *custody) { c.seen = a.policy.Now() })
	}
}

// showable reports that a copy may be shown although the API does not answer.
func (a *archive) showable(ctx context.Context, id string) bool {
	c := a.custodyOf(ctx, id)
	now := a.policy.Now()
	return access.From(ctx) == nil || now.Sub(c.confirmed) < seenFor || now.Sub(c.seen) < seenFor
}

// sweep forgets what is known of copies that nobody has asked for in a long
// time. It is called with the lock held.
func (a *archive) sweep(now time.Time) {
	if now.Sub(a.swept) < sweepEvery {
		return
	}
	a.swept = now
	for id, c := range a.custody {
		if now.Sub(c.confirmed) > seenFor && now.Sub(c.seen) > seenFor && now.Sub(c.last) > forgottenFor && (c.drop == nil || now.After(c.drop.Until)) {
			delete(a.custody, id)
		}
	}
	for tenant, last := range a.applied {
		if now.Sub(last.used) > seenFor {
			delete(a.applied, tenant)
		}
	}
	for key, at := range a.accepted {
		if now.Sub(at) > acceptedFor {
			delete(a.accepted, key)
		}
	}
}
