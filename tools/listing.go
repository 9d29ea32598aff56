package tools

import (
	"context"
	"iter"
	"slices"
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
}

// bots lists the bots that a query is about, newest first. Of a list that was
// read before, what has settled is not read again.
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
		for bot, err := range a.api.AllBots(ctx, ask) {
			if err != nil {
				yield(surveyed{}, err)
				return
			}
			if at := slices.IndexFunc(before.bots, func(s surveyed) bool { return s.id == bot.UUID }); at >= before.settled {
				all.bots = append(all.bots, before.bots[at:]...)
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
	}
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
