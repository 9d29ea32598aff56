package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
)

const (
	dropTopic = "drops"        // on which replicas hear of each other's drops
	longAfter = 24 * time.Hour // that a drop is known longer than any copy is kept
)

// drop says what may be neither kept nor shown of a meeting: nothing, as its
// data is gone, or nothing older, as its transcript is being replaced. Replicas
// leave it for each other.
type drop struct {
	At       time.Time `json:"at"`                // by the machine's clock, to the millisecond
	Replaced string    `json:"replaced,omitzero"` // the version that is being replaced, "" for any
	Until    time.Time `json:"until,omitzero"`    // when the API answers the new one at the latest; zero when the data is gone
}

// covers reports that a version may not be kept now.
func (d *drop) covers(version string, now time.Time) bool {
	return d != nil && (d.Until.IsZero() || now.Before(d.Until) && (d.Replaced == "" || d.Replaced == version))
}

// outdates reports that a copy of a version, kept at some time, may not be shown.
func (d *drop) outdates(version string, kept, now time.Time) bool {
	return d != nil && (kept.Before(d.At) || d.covers(version, now))
}

// deleted drops a meeting whose data the API was asked to delete, as far as it
// did: by whatever key it was read, if that is certain, or else by the call's
// own, until it may be read anew. What a caller only claims touches nobody else.
func (a *archive) deleted(ctx context.Context, call *Call, id string, d *client.Deletion, err error) error {
	switch {
	case err == nil && (d.Status == "deleted" || d.Status == "alreadyDeleted"):
		return a.drop(ctx, call, id, everybody, drop{})
	case err == nil && d.Status == "noDataFound", vanished(err):
		return a.forget(ctx, id)
	case err == nil, lost(err):
		return a.drop(ctx, call, id, a.tenantName(ctx), drop{Until: a.policy.Now().Add(transcriptLate)})
	}
	return nil
}

// replaced drops a meeting that the API was asked to transcribe again, until it
// answers the new transcript rather than the old one.
func (a *archive) replaced(ctx context.Context, call *Call, id string, err error) error {
	whose := everybody
	switch {
	case vanished(err):
		return a.forget(ctx, id)
	case lost(err):
		whose = a.tenantName(ctx)
	case err != nil:
		return nil
	}
	ctx = context.WithoutCancel(ctx) // it has happened
	d := drop{Until: a.policy.Now().Add(transcriptLate)}
	kept, err := a.tenant(ctx)
	if err == nil && kept != nil {
		var m *library.Meeting
		if m, err = kept.Get(ctx, id); m != nil {
			d.Replaced = m.Version
		}
	}
	return errors.Join(err, a.drop(ctx, call, id, whose, d))
}

// everybody is whose copies are dropped when it is certain that the meeting
// changed, in the place of a tenant's name.
const everybody = ""

// drop drops what is kept of a meeting, of everybody's or of the caller's alone,
// here and by every other replica, and keeps nothing that d covers.
func (a *archive) drop(ctx context.Context, call *Call, id, whose string, d drop) error {
	ctx = context.WithoutCancel(ctx) // what it is for has happened
	d.At = time.Now().Truncate(time.Millisecond)
	raw, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("tell other replicas: %w", err)
	}
	tenant, state, ttl := a.tenantName(ctx), a.policy.State, a.policy.Bounds.TTL+longAfter
	state.Set(ctx, dropKey(whose, id), raw, ttl)
	state.Set(ctx, latestDropKey(tenant), []byte(rand.Text()), ttl)
	a.note(ctx, id, func(c *custody) { c.drop = &d })
	if whose == everybody {
		a.listings.Remove(a.api.KeyFor(ctx).Reveal())
		err = a.dropHere(ctx, id, d)
	} else {
		err = a.forget(ctx, id)
	}
	if a.policy.replicas {
		state.Set(ctx, summariesKey(tenant, id), nil, sharedFor)
		state.Publish(ctx, dropTopic, []byte(a.name+" "+id))
		if state.Ready(ctx) != nil {
			call.note("other replicas of this server cannot be reached at the moment: until they can, they may still show what they have kept of this meeting.")
		}
	}
	return err
}

// dropHere drops what this replica keeps of a meeting, for every key.
func (a *archive) dropHere(ctx context.Context, id string, d drop) error {
	a.onForget(func(w watched) bool { return w.bot == id })
	a.changing.Lock() // what is put later has seen the drop
	defer a.changing.Unlock()
	a.mu.Lock()
	for at, c := range a.custody {
		if at.bot == id {
			c.forget(a.policy.Now())
			c.drop = &d
			a.custody[at] = c
		}
	}
	a.mu.Unlock()
	l, err := a.library()
	if l == nil || err != nil {
		return err
	}
	holders, err := l.Holders(ctx, id)
	for _, holder := range holders {
		m, getting := holder.Get(ctx, id)
		err = errors.Join(err, getting)
		if m != nil && d.outdates(m.Version, m.Kept, a.policy.Now()) {
			err = errors.Join(err, holder.Delete(ctx, id))
		}
	}
	return err
}

// tenantName is what replicas call the part of the library that the call's key
// may see.
func (a *archive) tenantName(ctx context.Context) string {
	return access.Namer(a.policy.Secret).ID("tenant", a.api.KeyFor(ctx).Reveal())
}

func dropKey(whose, bot string) string   { return "drop/" + whose + "/" + bot }
func latestDropKey(tenant string) string { return "drops/" + tenant }

// dropOf answers what was dropped of a meeting on any replica, of everybody's or
// a tenant's, nil when nothing.
func (a *archive) dropOf(ctx context.Context, whose, bot string) (*drop, error) {
	raw := a.policy.State.Get(ctx, dropKey(whose, bot))
	if raw == nil {
		return nil, nil
	}
	var d drop
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read what another replica dropped: %w", err)
	}
	return &d, nil
}

// covered reports that a version may not be kept now.
func (a *archive) covered(ctx context.Context, bot, version string) (bool, error) {
	for _, whose := range []string{everybody, a.tenantName(ctx)} {
		if d, err := a.dropOf(ctx, whose, bot); err != nil || d.covers(version, a.policy.Now()) {
			return true, err
		}
	}
	return false, nil
}

// dropped reports that a copy may not be shown any more, and drops it then.
func (a *archive) dropped(ctx context.Context, bot, version string, kept time.Time) (bool, error) {
	for _, whose := range []string{everybody, a.tenantName(ctx)} {
		d, err := a.dropOf(ctx, whose, bot)
		switch {
		case err != nil:
			return false, err
		case !d.outdates(version, kept, a.policy.Now()):
		case whose == everybody:
			return true, a.dropHere(ctx, bot, *d)
		default:
			a.note(ctx, bot, func(c *custody) { c.drop = d })
			return true, a.forget(ctx, bot)
		}
	}
	return false, nil
}

// unbroken reports that no other replica can have dropped anything without this
// one's hearing of it since the state had so many losses.
func (a *archive) unbroken(ctx context.Context, losses int64) bool {
	return a.policy.State.Losses() == losses && a.policy.State.Ready(ctx) == nil
}

// applied is which drops a replica has applied for a tenant.
type applied struct {
	latest string // what stands for the newest one
	used   time.Time
}

// applyDrops drops what others with the same key have dropped since it last did
// so, before anything is told of the tenant's meetings together.
func (a *archive) applyDrops(ctx context.Context, kept *library.Tenant) error {
	tenant, losses := a.tenantName(ctx), a.policy.State.Losses()
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
		if _, err := a.dropped(ctx, e.BotID, e.Version, e.Kept); err != nil {
			return err
		}
	}
	if a.unbroken(ctx, losses) { // or a drop may not have been seen
		a.mu.Lock()
		defer a.mu.Unlock()
		a.applied[tenant] = applied{latest, a.policy.Now()}
	}
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

// listen applies at once what other replicas drop, until the policy's context
// ends.
func (a *archive) listen() {
	if !a.policy.replicas {
		return
	}
	ctx := a.policy.Context
	stop := a.policy.State.Subscribe(dropTopic, func(message []byte) {
		from, bot, _ := strings.Cut(string(message), " ")
		d, err := a.dropOf(ctx, everybody, bot)
		if from != a.name && err == nil && d != nil {
			_ = a.dropHere(ctx, bot, *d) // what fails here is done, or told, before the meeting is next shown
		}
	})
	context.AfterFunc(ctx, stop)
}

// finish forgets all that is kept for the call's key, which nobody can use here
// any more, and keeps nothing more for it.
func (a *archive) finish(ctx context.Context) error {
	key := a.api.KeyFor(ctx).Reveal()
	a.mu.Lock()
	a.ended[key] = a.policy.Now()
	delete(a.accepted, key)
	a.mu.Unlock()
	a.onForget(func(w watched) bool { return w.key == key })
	a.listings.Remove(key)
	kept, err := a.tenant(ctx)
	if kept == nil || err != nil {
		return err
	}
	a.changing.Lock() // what is put later has seen the end
	defer a.changing.Unlock()
	if a.policy.replicas {
		entries, err := kept.Entries(ctx)
		if err != nil {
			return fmt.Errorf("read the library: %w", err)
		}
		for _, e := range entries {
			a.policy.State.Set(ctx, summariesKey(a.tenantName(ctx), e.BotID), nil, sharedFor)
		}
	}
	return kept.Purge(ctx)
}

// endedAt is when nobody could use the call's key here any more, nil when
// somebody can.
func (a *archive) endedAt(ctx context.Context) *time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if at, ended := a.ended[a.api.KeyFor(ctx).Reveal()]; ended {
		return &at
	}
	return nil
}

// ending reports that calls from before the key's end may still be running.
func (a *archive) ending(ctx context.Context) bool {
	at := a.endedAt(ctx)
	return at != nil && a.policy.Now().Sub(*at) < acceptedFor
}
