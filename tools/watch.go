package tools

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// How often a bot that somebody waits for is looked at: soon after a change,
// then ever less.
const (
	firstPoll = 2 * time.Second
	lastPoll  = 15 * time.Second
)

// sighting is what was seen of a bot, or why nothing was.
type sighting struct {
	data *client.MeetingData
	err  error
}

// watches look at bots on behalf of all who wait for them, with one poll for
// each bot however many wait.
type watches struct {
	api   *client.Client
	after func(time.Duration) <-chan time.Time

	mu   sync.Mutex
	open map[watched]*watch
}

// watched is a bot as one key sees it.
type watched struct{ key, bot string }

type watch struct {
	stop    context.CancelFunc
	waiting map[chan sighting]bool
	last    *sighting // nil until the first look
}

// see sends what is seen of a bot, now and after each look, until done is
// called. A slow receiver gets the newest only.
func (w *watches) see(ctx context.Context, bot string) (seen <-chan sighting, done func()) {
	id := watched{w.api.KeyFor(ctx).Reveal(), bot}
	updates := make(chan sighting, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.open[id]
	if one == nil {
		polling, stop := context.WithCancel(client.WithKey(context.Background(), client.NewSecret(id.key)))
		one = &watch{stop: stop, waiting: map[chan sighting]bool{}}
		w.open[id] = one
		go w.poll(polling, bot, one)
	}
	if one.last != nil {
		updates <- *one.last
	}
	one.waiting[updates] = true
	return updates, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(one.waiting, updates); len(one.waiting) == 0 {
			one.stop()
			if w.open[id] == one {
				delete(w.open, id)
			}
		}
	}
}

// poll looks at a bot until ctx ends, when nobody waits any more.
func (w *watches) poll(ctx context.Context, bot string, one *watch) {
	pause := firstPoll
	for ctx.Err() == nil {
		data, err := w.api.MeetingData(ctx, bot, true)
		if ctx.Err() != nil {
			return
		}
		w.tell(one, sighting{data, err})
		select {
		case <-w.after(pause):
		case <-ctx.Done():
		}
		pause = min(pause*3/2, lastPoll)
	}
}

func (w *watches) tell(one *watch, s sighting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	one.last = &s
	for updates := range one.waiting {
		select {
		case <-updates: // an older one that nobody took
		default:
		}
		updates <- s
	}
}

// passing reports an error that the next look may not meet.
func passing(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && (e.Status == 0 && !e.Unsent || e.Status == 429 || e.Status >= 500)
}
