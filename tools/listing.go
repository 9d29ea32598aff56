package tools

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/untrusted"
)

const (
	// listedFor is how long a list of all bots is taken to be right about those
	// that ended long ago. What is newer is asked for each time.
	listedFor = 10 * time.Minute

	longestMeeting = 24 * time.Hour

	heldListings = 16 << 20 // bytes of lists that are held
)

// surveyed is a bot as the API lists it, with what a search needs to know of it.
type surveyed struct {
	id, link       string
	title          untrusted.Text
	source         string // of the title
	created, ended time.Time
	spoken         bool // somebody was understood
}

// listing is all bots of a key, newest first.
type listing struct {
	at      time.Time // when the whole list was read
	bots    []surveyed
	losses  int64 // of the shared state, when it was read
	settled int   // from there on, nothing about them is likely to change
	cut     error // why there may be more, nil when these are all
}

// bots lists the bots that a query is about, newest first, and ends with a
// *client.Cut when there may be more. Of a list that was read before, what has
// settled is not read again.
func (a *archive) bots(ctx context.Context, q library.Query) iter.Seq2[surveyed, error] {
	key, now := a.api.KeyFor(ctx).Reveal(), a.policy.Now()
	before, held := a.listings.Get(key)
	if !held || now.Sub(before.at) >= listedFor || !a.unbroken(ctx, before.losses) {
		before = listing{at: now, losses: a.policy.State.Losses()}
	}
	ask := client.BotQuery{Limit: pageSize}
	if before.bots == nil {
		ask.CreatedAfter, ask.CreatedBefore = q.After, q.Before
	}
	return func(yield func(surveyed, error) bool) {
		all := listing{at: before.at, losses: before.losses}
		places := make(map[string]int, len(before.bots))
		for i, bot := range before.bots {
			places[bot.id] = i
		}
		asking, stop := a.listingWithin(ctx)
		defer stop()
		for bot, err := range a.api.AllBots(asking, ask) {
			var cut *client.Cut
			switch {
			case errors.As(err, &cut):
				all.cut = cut
				continue
			case err != nil && asking.Err() != nil && ctx.Err() == nil && len(all.bots) > 0:
				all.cut = &client.Cut{Why: fmt.Sprintf("that takes longer than %s", a.listTime)}
				continue
			case err != nil:
				yield(surveyed{}, err)
				return
			}
			if at, known := places[bot.UUID]; known && at >= before.settled {
				all.bots, all.cut = append(all.bots, before.bots[at:]...), before.cut
				break
			}
			name, source := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
			all.bots = append(all.bots, surveyed{bot.UUID, bot.MeetingURL, name, source, bot.CreatedAt.Time, bot.EndedAt.Time, len(bot.Speakers) > 0})
		}
		a.accept(ctx)
		if ask.CreatedAfter.IsZero() && ask.CreatedBefore.IsZero() {
			all.settle(now)
			a.listings.Add(key, all, all.bytes())
		}
		for _, bot := range all.bots {
			if about(bot.created, q) && !yield(bot, nil) {
				return
			}
		}
		if all.cut != nil {
			yield(surveyed{}, all.cut)
		}
	}
}

// listingWithin bounds how long one reading of a list may take.
func (a *archive) listingWithin(ctx context.Context) (context.Context, context.CancelFunc) {
	if a.listTime == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, a.listTime)
}

// settle finds where the meetings are over, and transcribed if they ever will
// be, or so old that they must be over.
func (l *listing) settle(now time.Time) {
	for i, bot := range l.bots {
		over := !bot.ended.IsZero() && (bot.spoken || now.Sub(bot.ended) > transcriptLate)
		if !over && now.Sub(bot.created) < longestMeeting {
			l.settled = i + 1
		}
	}
}

func (l listing) bytes() int {
	n := 0
	for _, bot := range l.bots {
		n += 150 + len(bot.id) + len(bot.link) + len(bot.title.String())
	}
	return n
}

// called reports that the bot's title or link has the text.
func (s surveyed) called(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(s.title.String()), text) || strings.Contains(strings.ToLower(s.link), text)
}
