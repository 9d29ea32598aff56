package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
)

const (
	dropTopic = "drops"        // on which replicas name tenants that have dropped something
	longAfter = 24 * time.Hour // that a drop is known longer than any copy is kept
)

// drop says what may not be kept of a meeting: nothing any more, as its data is
// gone, or nothing for now, as its transcript is being replaced. Replicas leave
// it for each other.
type drop struct {
	Replaced string    `json:"replaced,omitzero"` // the version that is being replaced, "" for any
	Until    time.Time `json:"until,omitzero"`    // when the API answers the new one at the latest; zero when the data is gone
}

// covers reports that a version may be neither kept nor shown from a copy.
func (d *drop) covers(version string, now time.Time) bool {
	return d != nil && (d.Until.IsZero() || now.Before(d.Until) && (d.Replaced == "" || d.Replaced == version))
}

// applied is which drops a replica has applied for a tenant.
type applied struct {
	key    client.Secret
	latest string // what stood for the newest one
	used   time.Time
}

// tenantName is what replicas call the part of the library that the call's key
// may see.
func (a *archive) tenantName(ctx context.Context) string {
	return access.Namer(a.policy.Secret).ID("tenant", a.api.KeyFor(ctx).Reveal())
}

func dropKey(tenant, bot string) string  { return "drop/" + tenant + "/" + bot }
func latestDropKey(tenant string) string { return "drops/" + tenant }

// unbroken reports that no other replica can have dropped anything without this
// one's hearing of it since the state had so many losses.
func (a *archive) unbroken(ctx context.Context, losses int64) bool {
	return !a.policy.replicas || a.policy.State.Losses() == losses && a.policy.State.Ready(ctx) == nil
}

// drop drops what is kept of a meeting, here and by every other replica, and
// keeps nothing that d covers.
func (a *archive) drop(ctx context.Context, call *Call, id string, d drop) error {
	a.note(ctx, id, func(c *custody) { c.drop = &d })
	return errors.Join(a.forget(ctx, id), a.announceDrop(ctx, call, id, d))
}

// announceDrop has every other replica drop a meeting too: now if it can, else
// before it next answers from what it keeps.
func (a *archive) announceDrop(ctx context.Context, call *Call, id string, d drop) error {
	if !a.policy.replicas {
		return nil
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("tell other replicas: %w", err)
	}
	ctx = context.WithoutCancel(ctx) // it has happened
	tenant, state, ttl := a.tenantName(ctx), a.policy.State, a.policy.Bounds.TTL+longAfter
	state.Set(ctx, dropKey(tenant, id), raw, ttl)
	state.Set(ctx, summariesKey(tenant, id), nil, sharedFor)
	state.Set(ctx, latestDropKey(tenant), []byte(rand.Text()), ttl)
	state.Publish(ctx, dropTopic, []byte(tenant))
	if state.Ready(ctx) != nil {
		call.note("other replicas of this server cannot be reached at the moment: until they can, they may still show what they have kept of this meeting.")
	}
	return nil
}

// dropOf answers what a replica has announced of a meeting, nil when nothing.
func (a *archive) dropOf(ctx context.Context, tenant, bot string) (*drop, error) {
	if !a.policy.replicas {
		return nil, nil
	}
	raw := a.policy.State.Get(ctx, dropKey(tenant, bot))
	if raw == nil {
		return nil, nil
	}
	var d drop
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read what another replica announced: %w", err)
	}
	return &d, nil
}

// applyDrops drops what other replicas have dropped since it last did so.
func (a *archive) applyDrops(ctx context.Context, kept *library.Tenant) error {
	if !a.policy.replicas {
		return nil
	}
	tenant := a.tenantName(ctx)
	latest := string(a.policy.State.Get(ctx, latestDropKey(tenant))) // which is set after the drop that it stands for
	if last, known := a.lastApplied(tenant); known && latest == last {
		return nil
	}
	a.changing.Lock() // what is put later has seen the drop
	entries, err := kept.Entries(ctx)
	a.changing.Unlock()
	if err != nil {
		return fmt.Errorf("read the library: %w", err)
	}
	for _, e := range entries {
		d, err := a.dropOf(ctx, tenant, e.BotID)
		if err != nil {
			return err
		}
		if !d.covers(e.Version, a.policy.Now()) {
			continue
		}
		a.note(ctx, e.BotID, func(c *custody) { c.drop = d })
		if err := a.forget(ctx, e.BotID); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.applied[tenant] = applied{a.api.KeyFor(ctx), latest, a.policy.Now()}
	return nil
}

func (a *archive) lastApplied(tenant string) (latest string, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, known := a.applied[tenant]
	if known {
		last.used = a.policy.Now()
		a.applied[tenant] = last
	}
	return last.latest, known
}

// listen applies at once what other replicas announce, for keys that have been
// used here, until the policy's context ends.
func (a *archive) listen() {
	if !a.policy.replicas {
		return
	}
	stop := a.policy.State.Subscribe(dropTopic, func(tenant []byte) {
		a.mu.Lock()
		last, known := a.applied[string(tenant)]
		a.mu.Unlock()
		if !known {
			return
		}
		ctx := client.WithKey(a.policy.Context, last.key)
		if kept, err := a.tenant(ctx); kept != nil && err == nil {
			_ = a.applyDrops(ctx, kept) // what fails here is done, or told, when the key is next used
		}
	})
	context.AfterFunc(a.policy.Context, stop)
}
