package tools

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
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
	dropTopic  = "drops"        // on which replicas hear of drops
	longAfter  = 24 * time.Hour // that a drop is known longer than any copy is kept
	sweepEvery = time.Hour      // that what is known of copies is looked through for what is of no more use
)

// drop is what replicas tell each other of a meeting: that its data is gone, or
// is being replaced.
type drop struct {
	Tenant   string    `json:"tenant"`
	Bot      string    `json:"bot"`
	Replaced string    `json:"replaced,omitzero"` // the version that is being replaced, "" for any
	Until    time.Time `json:"until,omitzero"`    // when the API answers the new one at the latest; zero when it is gone for good
}

// covers reports that a copy is not to be answered any more.
func (d *drop) covers(version string, now time.Time) bool {
	return d != nil && (d.Until.IsZero() || now.Before(d.Until) && (d.Replaced == "" || d.Replaced == version))
}

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
	return kept, a.heed(ctx, kept)
}

// trusted asks the API about a stranger's key when it has not accepted it of late.
func (a *archive) trusted(ctx context.Context) error {
	key := a.api.KeyFor(ctx)
	a.mu.Lock()
	at := a.accepted[key.Reveal()]
	a.mu.Unlock()
	if access.From(ctx) == nil || a.policy.Now().Sub(at) < acceptedFor {
		return nil
	}
	if _, err := a.api.Bots(ctx, client.BotQuery{Limit: 1}); err != nil {
		return fmt.Errorf("what is kept of your meetings is only shown while Meeting BaaS accepts your key: %w", err)
	}
	a.accept(ctx)
	return nil
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

// unbroken reports that no other replica can have dropped anything unheard
// since the state had so many losses.
func (a *archive) unbroken(ctx context.Context, losses int64) bool {
	return !a.policy.Replicas || a.policy.State.Losses() == losses && a.policy.State.Ready(ctx) == nil
}

// tenantName is what replicas call the part of the library that a key may see.
func (a *archive) tenantName(key client.Secret) string {
	return hex.EncodeToString(a.policy.sign("", "tenant", []byte(key.Reveal()))[:16])
}

func dropKey(tenant, bot string) string { return "drop/" + tenant + "/" + bot }
func dropsKey(tenant string) string     { return "drops/" + tenant }

// tell has every other replica drop a meeting too: now if it can, else before it
// next answers from what it keeps.
func (a *archive) tell(ctx context.Context, call *Call, d drop) error {
	if !a.policy.Replicas {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // it has happened
	d.Tenant = a.tenantName(a.api.KeyFor(ctx))
	raw, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("tell other replicas: %w", err)
	}
	state, ttl := a.policy.State, a.policy.KeptFor+longAfter
	state.Set(ctx, dropKey(d.Tenant, d.Bot), raw, ttl)
	state.Set(ctx, dropsKey(d.Tenant), []byte(rand.Text()), ttl)
	state.Set(ctx, summariesKey(d.Tenant, d.Bot), nil, sharedFor)
	state.Publish(ctx, dropTopic, []byte(d.Tenant))
	if state.Ready(ctx) != nil {
		call.note("other replicas of this server cannot be reached at the moment: until they can, they may still show what they have kept of this meeting.")
	}
	return nil
}

// told answers what a replica has told of a meeting, nil when nothing.
func (a *archive) told(ctx context.Context, tenant, bot string) (*drop, error) {
	raw := a.policy.State.Get(ctx, dropKey(tenant, bot))
	if raw == nil {
		return nil, nil
	}
	var d drop
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read what another replica told: %w", err)
	}
	return &d, nil
}

// heed drops what other replicas have told about since it last looked.
func (a *archive) heed(ctx context.Context, kept *library.Tenant) error {
	if !a.policy.Replicas {
		return nil
	}
	key := a.api.KeyFor(ctx)
	tenant := a.tenantName(key)
	latest := string(a.policy.State.Get(ctx, dropsKey(tenant))) // which is set after what it stands for
	if last, known := a.hears(tenant, key); known && latest == last {
		return nil
	}
	a.changing.Lock() // whatever is put later has seen what was told
	entries, err := kept.Entries(ctx)
	a.changing.Unlock()
	if err != nil {
		return fmt.Errorf("read the library: %w", err)
	}
	for _, e := range entries {
		d, err := a.told(ctx, tenant, e.BotID)
		if err != nil {
			return err
		}
		if !d.covers(e.Version, a.policy.Now()) {
			continue
		}
		if !d.Until.IsZero() {
			a.note(ctx, e.BotID, func(c *custody) { c.replaced, c.until = d.Replaced, d.Until })
		}
		if err := a.forget(ctx, e.BotID); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heeded[tenant] = heeding{key, latest, a.policy.Now()}
	return nil
}

// heeding is what was last heard of drops of a tenant.
type heeding struct {
	key    client.Secret
	latest string
	used   time.Time
}

// hears answers what was last heard of a tenant, if it is known.
func (a *archive) hears(tenant string, key client.Secret) (latest string, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, known := a.heeded[tenant]
	if known {
		a.heeded[tenant] = heeding{key, last.latest, a.policy.Now()}
	}
	return last.latest, known
}

// listen has what other replicas tell heeded at once, for keys that have been
// used here, until the policy's context ends.
func (a *archive) listen() {
	if !a.policy.Replicas {
		return
	}
	stop := a.policy.State.Subscribe(dropTopic, func(tenant []byte) {
		a.mu.Lock()
		of, known := a.heeded[string(tenant)]
		a.mu.Unlock()
		ctx := client.WithKey(a.policy.Context, of.key)
		if kept, err := a.tenant(ctx); known && kept != nil && err == nil {
			_ = a.heed(ctx, kept) // what fails here is done, or told, when the key is next used
		}
	})
	context.AfterFunc(a.policy.Context, stop)
}

// sweep drops what is known of copies that nobody has asked for in a long time.
// It is called with the lock held.
func (a *archive) sweep(now time.Time) {
	if now.Sub(a.swept) < sweepEvery {
		return
	}
	a.swept = now
	for id, c := range a.custody {
		if now.Sub(c.confirmed) > seenFor && now.Sub(c.seen) > seenFor && now.Sub(c.dropped) > seenFor && now.After(c.until) {
			delete(a.custody, id)
		}
	}
	for tenant, h := range a.heeded {
		if now.Sub(h.used) > seenFor {
			delete(a.heeded, tenant)
		}
	}
	for key, at := range a.accepted {
		if now.Sub(at) > acceptedFor {
			delete(a.accepted, key)
		}
	}
}
