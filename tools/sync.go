package tools

import (
	"context"
	"errors"
	"fmt"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
)

// Synced counts meetings after they were read into the library.
type Synced struct {
	New               int
	Changed           int // another transcript or title than was kept
	Unchanged         int
	Gone              int   // were kept, and are no longer there
	WithoutTranscript int   // have ended without one, or it was deleted
	Running           int   // are not over
	Unread            int   // could not be read, or were not yet when ctx ended
	Cut               error // why there may be more meetings than the API listed, nil when these are all
	Fault             error // why one could not be read
}

// Sync reads every ended meeting that is not kept yet into the library, newest
// first, and looks again at those whose copies may be out of date. It calls
// told, which may be nil, whenever one was read. Whatever was read by the time
// ctx ends is kept and counted.
func Sync(ctx context.Context, api *client.Client, p Policy, told func(read, of int)) (Synced, error) {
	p.Context = ctx
	a := newArchive(api, newPolicy(p))
	a.listTime = 0
	kept, err := a.tenant(ctx)
	if err != nil {
		return Synced{}, err
	}
	if kept == nil {
		return Synced{}, errors.New("nothing is kept, so there is nothing to read meetings into")
	}
	before, err := kept.Entries(ctx)
	if err != nil {
		return Synced{}, fmt.Errorf("read the library: %w", err)
	}
	s, err := a.survey(ctx, library.Query{})
	if err != nil {
		return Synced{}, err
	}
	f := newFilling(len(s.unread))
	go func() {
		a.run(ctx, ctx, f, s.unread)
		close(f.done)
	}()
	f.follow(context.WithoutCancel(ctx), nil, func(read int) {
		if told != nil {
			told(read, f.of)
		}
	})
	s.settle(f)
	after, err := kept.Entries(context.WithoutCancel(ctx))
	if err != nil {
		return Synced{}, fmt.Errorf("read the library: %w", err)
	}
	out := Synced{WithoutTranscript: s.covered.WithoutTranscript, Running: s.running, Unread: len(s.unread), Cut: s.cut, Fault: f.fault}
	out.compare(before, after)
	return out, nil
}

// compare counts what became of the meetings that are kept.
func (o *Synced) compare(before, after []library.Entry) {
	had := make(map[string]library.Entry, len(before))
	for _, e := range before {
		had[e.BotID] = e
	}
	for _, e := range after {
		old, ok := had[e.BotID]
		delete(had, e.BotID)
		switch {
		case !ok:
			o.New++
		case old.Version != e.Version || old.Title != e.Title:
			o.Changed++
		default:
			o.Unchanged++
		}
	}
	o.Gone = len(had)
}
