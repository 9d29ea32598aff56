package tools

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/lru"
	"github.com/meetmcp/meetmcp/internal/transcript"
	"github.com/meetmcp/meetmcp/internal/untrusted"
	"github.com/meetmcp/meetmcp/internal/work"
)

// freshFor is how long a kept meeting is taken to be as the API has it.
const freshFor = 6 * time.Hour

// archive reads meetings: from this machine where they are kept, else from the
// API, and keeps those that have ended.
type archive struct {
	api      *client.Client
	policy   *policy
	onForget func(which func(watched) bool) // is told which meetings may not be shown any more

	pages    *lru.Cache[pageOf, *page]
	listings *lru.Cache[string, listing] // by key

	listTime time.Duration // within which a list of bots is read, as far as it can be; 0: however long it takes
	name     string        // of this replica
	changing sync.RWMutex  // held alone while a meeting is dropped, so that what was read before is not kept after

	mu       sync.Mutex
	custody  map[watched]custody
	fills    map[string]*filling  // by key
	accepted map[string]time.Time // by key, when the API last answered it
	applied  map[string]applied   // by tenant, which drops of other replicas have been
	ended    map[string]time.Time // by key, when nobody could use it here any more
	swept    time.Time
}

// custody is what this process knows of the copy of a meeting.
type custody struct {
	confirmed time.Time // when the API last had the same
	seen      time.Time // when it last had the meeting
	losses    int64     // of the shared state, when it was confirmed
	forgotten int       // how often it was
	last      time.Time // when it was last
	drop      *drop     // of what may not be kept, nil when there is no such thing
}

// standing is how things stood before the API was asked for a meeting.
type standing struct {
	forgotten int   // custody's
	losses    int64 // of the shared state
}

// keeps reports that a version may be kept that was read after things stood so.
func (c custody) keeps(version string, before standing, now time.Time) bool {
	return c.forgotten == before.forgotten && !c.drop.covers(version, now)
}

// record is a meeting with its transcript, or with why there is none.
type record struct {
	library.Meeting
	state  string   // "" for one that was kept, which has ended
	absent *absence // why there are no turns
	unsure bool     // what tells how the meeting stands could not be read
	kept   bool
	stale  bool // it is a copy, and the API did not answer
	note   string
}

func newArchive(api *client.Client, p *policy) *archive {
	listTime := 10 * time.Second
	if limit := p.CallLimit; limit > 0 {
		listTime = min(listTime, limit/3)
	}
	return &archive{api: api, policy: p, listTime: listTime, name: rand.Text(), onForget: func(func(watched) bool) {},
		pages: lru.New[pageOf, *page](heldPages), listings: lru.New[string, listing](heldListings),
		custody: map[watched]custody{}, fills: map[string]*filling{}, accepted: map[string]time.Time{}, applied: map[string]applied{}, ended: map[string]time.Time{}}
}

// tenant is the part of the library that belongs to the call's key, nil without
// one. What is shown of it is asked of shelf.
func (a *archive) tenant(ctx context.Context) (*library.Tenant, error) {
	l, err := a.library()
	if l == nil || err != nil {
		return nil, err
	}
	return l.Tenant(a.api.KeyFor(ctx).Reveal()), nil
}

// library is where meetings are kept, nil when they are not.
func (a *archive) library() (*library.Library, error) {
	if a.policy.Library == nil {
		return nil, nil
	}
	return a.policy.Library()
}

func (a *archive) custodyOf(ctx context.Context, id string) custody {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.custody[watched{a.api.KeyFor(ctx).Reveal(), id}]
}

func (a *archive) note(ctx context.Context, id string, change func(*custody)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(a.policy.Now())
	at := watched{a.api.KeyFor(ctx).Reveal(), id}
	c := a.custody[at]
	change(&c)
	a.custody[at] = c
}

func (a *archive) standing(ctx context.Context, id string) standing {
	return standing{a.custodyOf(ctx, id).forgotten, a.policy.State.Losses()}
}

// confirm takes note that the API had the same as is kept, unless that was
// forgotten since.
func (a *archive) confirm(ctx context.Context, id string, before standing) {
	a.note(ctx, id, func(c *custody) {
		if c.forgotten == before.forgotten {
			c.confirmed, c.losses = a.policy.Now(), before.losses
		}
	})
}

// doubt has a copy compared with what the API has before it is shown again.
func (a *archive) doubt(ctx context.Context, id string) {
	a.note(ctx, id, func(c *custody) { c.confirmed, c.seen = time.Time{}, time.Time{} })
}

// meeting reads one meeting: what is kept, if it was compared with what the API
// has of late, or else what the API has.
func (a *archive) meeting(ctx context.Context, call *Call, id string) (*record, error) {
	kept, err := a.shelf(ctx)
	if err != nil {
		return nil, err
	}
	m, err := a.copyOf(ctx, kept, id)
	if err != nil {
		return nil, err
	}
	if c := a.custodyOf(ctx, id); m != nil && a.policy.Now().Sub(c.confirmed) < freshFor && a.unbroken(ctx, c.losses) {
		return &record{Meeting: *m, kept: true}, nil
	}
	data, before, err := a.fetch(ctx, id)
	if err != nil && m != nil && passing(err) && a.showable(ctx, id) {
		call.note("the API did not answer, so this is the copy kept on this machine; the meeting may have been changed or deleted since.")
		return &record{Meeting: *m, kept: true, stale: true}, nil
	}
	if err != nil {
		return nil, err
	}
	name, source := titleOf(ctx, a.api, call, data)
	r, err := recordOf(ctx, data, name.String(), call.Now, m)
	if err != nil {
		return nil, err
	}
	if r.note != "" {
		call.note(r.note)
	}
	if m != nil && source == fallbackTitle {
		r.Title = m.Title // which was found when more was known
	}
	if a.custodyOf(ctx, id).drop.covers(r.Version, a.policy.Now()) {
		call.note("this meeting is being transcribed again, or deleted; this is most likely still the old transcript.")
	}
	return r, a.settle(ctx, kept, m, r, before)
}

// copyOf is what is kept of a meeting, nil when nothing is or it may not be
// shown any more.
func (a *archive) copyOf(ctx context.Context, kept *library.Tenant, id string) (*library.Meeting, error) {
	if kept == nil {
		return nil, nil
	}
	m, err := kept.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	a.policy.Meter.LookedUp(m != nil)
	if m == nil {
		return nil, nil
	}
	gone, err := a.dropped(ctx, id, m.Version, m.Kept)
	if gone || err != nil {
		return nil, err
	}
	return m, nil
}

// settle brings what is kept of a meeting, m or nothing, up to what was read.
func (a *archive) settle(ctx context.Context, kept *library.Tenant, m *library.Meeting, r *record, before standing) error {
	switch {
	case kept == nil:
		return nil
	case r.state == stateEnded && r.absent == nil && (m == nil || r.Version != m.Version || r.Title != m.Title || !transcript.Prepared(m.Turns)):
		return a.put(ctx, kept, r, before)
	case r.state == stateEnded && r.absent == nil:
		r.kept = true
		a.confirm(ctx, r.BotID, before)
		return nil
	case m != nil && !r.unsure:
		return a.forget(ctx, r.BotID)
	}
	return nil
}

// keep reads a meeting that has become readable, or is so anew, before anybody
// asks for it.
func (a *archive) keep(ctx context.Context, id string) error {
	if kept, err := a.tenant(ctx); kept == nil || err != nil {
		return err
	}
	if a.endedAt(ctx) != nil {
		return nil
	}
	a.doubt(ctx, id)
	_, err := a.unasked(ctx, id)
	return err
}

// unasked reads one meeting for nobody's call.
func (a *archive) unasked(ctx context.Context, id string) (*record, error) {
	return a.meeting(client.WithCalls(ctx, &client.Calls{}), &Call{Now: a.policy.Now(), args: map[string]jsontext.Value{}}, id)
}

// fetch reads a meeting from the API, and says how things stood before. What is
// kept of one that is no longer there is dropped.
func (a *archive) fetch(ctx context.Context, id string) (*client.MeetingData, standing, error) {
	before := a.standing(ctx, id)
	data, err := meetingData(ctx, a.api, id)
	switch {
	case err == nil:
		a.accept(ctx)
	case vanished(err):
		err = errors.Join(err, a.forget(ctx, id))
	}
	return data, before, err
}

// recordOf makes a record of what the API answered; m is what is kept of the same
// meeting, nil for nothing.
func recordOf(ctx context.Context, data *client.MeetingData, title string, now time.Time, m *library.Meeting) (*record, error) {
	bot := &data.BotData.Bot
	turns, note, err := turnsOf(ctx, data, m)
	if err != nil {
		return nil, err
	}
	r := &record{
		note: note,
		Meeting: library.Meeting{
			BotID: bot.UUID, Title: title, MeetingURL: untrusted.Link(bot.MeetingURL).String(), Date: bot.CreatedAt.Time,
			Duration: data.Duration, Version: versionOf(data.BotData.Transcripts), Turns: turns,
		},
		state: fateOf(data, now).state, unsure: data.Unsure,
	}
	if wordless(turns) == len(turns) {
		why := absenceIn(data, turns, now)
		r.absent = &why
	}
	return r, nil
}

// put keeps a meeting, unless what was read of it is out of date.
func (a *archive) put(ctx context.Context, kept *library.Tenant, r *record, before standing) error {
	return work.Heavy(ctx, func(ctx context.Context) error {
		prepared, err := library.Prepare(ctx, r.Meeting) // not under the lock, which others need
		if err != nil {
			return fmt.Errorf("keep meeting: %w", err)
		}
		return a.putPrepared(ctx, kept, r, prepared, before)
	})
}

func (a *archive) putPrepared(ctx context.Context, kept *library.Tenant, r *record, prepared *library.Prepared, before standing) error {
	a.changing.RLock()
	defer a.changing.RUnlock()
	covered, err := a.covered(ctx, r.BotID, r.Version)
	if err != nil || covered || !a.custodyOf(ctx, r.BotID).keeps(r.Version, before, a.policy.Now()) || a.ending(ctx) {
		return err
	}
	if err := kept.PutPrepared(ctx, prepared); err != nil {
		return fmt.Errorf("keep meeting: %w", err)
	}
	r.kept = true
	a.confirm(ctx, r.BotID, before)
	a.note(ctx, r.BotID, func(c *custody) { c.drop = nil })
	return nil
}

// refresh makes a record of what the API has just answered, and brings what is
// kept of the meeting up to it.
func (a *archive) refresh(ctx context.Context, data *client.MeetingData, title string, before standing) (*record, error) {
	kept, err := a.tenant(ctx)
	if err != nil {
		return nil, err
	}
	var m *library.Meeting
	if kept != nil {
		if m, err = kept.Get(ctx, data.BotData.Bot.UUID); err != nil {
			return nil, err
		}
	}
	r, err := recordOf(ctx, data, title, a.policy.Now(), m)
	if err != nil || m == nil {
		return r, err
	}
	return r, a.settle(ctx, kept, m, r, before)
}

// forget drops what is kept of a meeting that the API does not have any more for
// the call's key.
func (a *archive) forget(ctx context.Context, id string) error {
	ctx = context.WithoutCancel(ctx) // it is so, whether the caller waits or not
	key := a.api.KeyFor(ctx).Reveal()
	a.onForget(func(w watched) bool { return w == watched{key, id} })
	kept, err := a.tenant(ctx)
	if kept == nil || err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	a.note(ctx, id, func(c *custody) { c.forget(a.policy.Now()) })
	a.listings.Remove(key)
	if err := kept.Delete(ctx, id); err != nil {
		return fmt.Errorf("drop meeting from the library: %w", err)
	}
	return nil
}

func (c *custody) forget(now time.Time) {
	c.forgotten, c.last, c.confirmed, c.seen = c.forgotten+1, now, time.Time{}, time.Time{}
}

// vanished reports that the API has no such meeting for this key.
func vanished(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && (e.Status == http.StatusNotFound || e.Status == http.StatusForbidden)
}

// lost reports that it is not known whether a change was carried out.
func lost(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Lost
}

// versionOf changes when a transcript does, even to the same words.
func versionOf(all []client.Transcript) string {
	sum := sha256.New()
	for _, t := range all {
		fmt.Fprintf(sum, "%d %g ", t.ID, t.StartTime)
		_, _ = io.WriteString(sum, t.Speaker+"\n") // a hash takes everything
		for _, w := range t.Words {
			_, _ = io.WriteString(sum, w.Text+" ")
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
