package tools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// archive reads meetings: from this machine where they are kept, else from the
// API, and keeps those that have ended.
type archive struct {
	api     *client.Client
	library func() (*library.Library, error) // nil: nothing is kept
}

// record is a meeting with its transcript, or with why there is none.
type record struct {
	library.Meeting
	state   string // "" for one that was kept, which has ended
	missing string // why there are no turns
}

// tenant is the part of the library that the call's key may see, nil without one.
func (a *archive) tenant(ctx context.Context) (*library.Tenant, error) {
	if a.library == nil {
		return nil, nil
	}
	l, err := a.library()
	if err != nil {
		return nil, err
	}
	return l.Tenant(a.api.KeyFor(ctx).Reveal()), nil
}

// meeting reads one meeting.
func (a *archive) meeting(ctx context.Context, call *Call, id string) (*record, error) {
	kept, err := a.tenant(ctx)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		m, err := kept.Get(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read the library: %w", err)
		}
		if m != nil {
			return &record{Meeting: *m}, nil
		}
	}
	data, err := a.api.MeetingData(ctx, id, true)
	if err != nil {
		return nil, err
	}
	return a.keep(ctx, call, data)
}

// keep makes a record of what the API answered, and keeps it if it is final.
func (a *archive) keep(ctx context.Context, call *Call, data *client.MeetingData) (*record, error) {
	bot := &data.BotData.Bot
	turns := turnsOf(data.BotData.Transcripts)
	name, _ := titleOf(ctx, a.api, call, data)
	state := fateOf(data, call.Now).state
	r := &record{
		Meeting: library.Meeting{
			BotID: bot.UUID, Title: string(name), MeetingURL: string(link(bot.MeetingURL)), Date: bot.CreatedAt.Time,
			Duration: data.Duration, Version: versionOf(turns), Turns: turns,
		},
		state: state,
	}
	if len(turns) == 0 {
		r.missing = spokenIn(data, turns, state).Missing
	}
	kept, err := a.tenant(ctx)
	if err != nil {
		return nil, err
	}
	if kept != nil && state == stateEnded && len(turns) > 0 {
		if err := kept.Put(ctx, r.Meeting); err != nil {
			return nil, fmt.Errorf("keep meeting: %w", err)
		}
	}
	return r, nil
}

// forget drops what is kept of a meeting whose data changes or goes.
func (a *archive) forget(ctx context.Context, id string) error {
	kept, err := a.tenant(ctx)
	if kept == nil || err != nil {
		return err
	}
	if err := kept.Delete(ctx, id); err != nil {
		return fmt.Errorf("drop meeting from the library: %w", err)
	}
	return nil
}

// versionOf changes when a transcript does.
func versionOf(turns []transcript.Turn) string {
	sum := sha256.New()
	for _, t := range turns {
		fmt.Fprintf(sum, "%g %g ", t.Start, t.End)
		_, _ = io.WriteString(sum, t.Speaker+"\n"+t.Text+"\n") // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
