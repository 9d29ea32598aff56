package tools

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// How often a bot is looked at that somebody waits for or has subscribed to:
// soon after a change, then ever less.
const (
	firstPoll = 2 * time.Second
	lastPoll  = 15 * time.Second // while something is still to come
	restPoll  = 5 * time.Minute  // when the meeting is over and all is there
)

// sighting is what was seen of a bot, or why nothing was.
type sighting struct {
	data  *client.MeetingData
	told  string // the newest status that the bot reported, "" when none
	err   error
	marks marks
}

// marks change when what there is to read of a meeting does.
type marks struct{ glance, transcript string }

// watches look at bots on behalf of all who wait for them, with one poll for
// each bot however many wait.
type watches struct {
	api   *client.Client
	after func(time.Duration) <-chan time.Time
	now   func() time.Time
	told  func(ctx context.Context, key client.Secret, bot string) string   // nil: nothing does
	tells func(key client.Secret, bot string, changed func()) (stop func()) // nil: nothing does

	mu   sync.Mutex
	open map[watched]*watch
}

// watched is a bot as one key sees it.
type watched struct{ key, bot string }

type watch struct {
	stop    func()
	stirred chan struct{}
	waiting map[chan sighting]bool
	last    *sighting // nil until the first look
}

func newWatches(api *client.Client, p *policy) *watches {
	return &watches{api: api, after: p.After, now: p.Now, tells: p.Watch, told: p.Told, open: map[watched]*watch{}}
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
		one = w.begin(id)
		w.open[id] = one
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

// begin polls a bot, and listens to what else tells of it.
func (w *watches) begin(id watched) *watch {
	key := client.NewSecret(id.key)
	ctx, cancel := context.WithCancel(client.WithKey(context.Background(), key))
	one := &watch{stop: cancel, stirred: make(chan struct{}, 1), waiting: map[chan sighting]bool{}}
	if w.tells != nil {
		deaf := w.tells(key, id.bot, one.stir)
		one.stop = func() {
			cancel()
			deaf()
		}
	}
	go w.poll(ctx, id.bot, one)
	return one
}

// stir has a bot looked at now.
func (one *watch) stir() {
	select {
	case one.stirred <- struct{}{}:
	default: // it will be anyway
	}
}

// stir has a bot looked at now, if anybody waits for it, as something says that
// it has changed.
func (w *watches) stir(ctx context.Context, bot string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := w.open[watched{w.api.KeyFor(ctx).Reveal(), bot}]; one != nil {
		one.stir()
	}
}

// poll looks at a bot until ctx ends, when nobody waits any more.
func (w *watches) poll(ctx context.Context, bot string, one *watch) {
	var before marks
	for pause := firstPoll; ctx.Err() == nil; {
		s := w.look(ctx, bot)
		if ctx.Err() != nil {
			return
		}
		if s.marks != (marks{}) && s.marks != before {
			before, pause = s.marks, firstPoll
		}
		w.tell(one, s)
		select {
		case <-w.after(pause):
			pause = min(pause*3/2, w.slowest(s))
		case <-one.stirred:
			pause = firstPoll
		case <-ctx.Done():
		}
	}
}

// slowest is the longest pause before the next look.
func (w *watches) slowest(s sighting) time.Duration {
	switch {
	case s.data == nil, fateOf(s.data, w.now()).state != stateEnded,
		len(s.data.BotData.Transcripts) == 0 && absenceOf(s.data, w.now()).comes:
		return lastPoll
	}
	return restPoll
}

// look looks at a bot once. The marks are zero when nothing was seen that says
// whether it has changed.
func (w *watches) look(ctx context.Context, bot string) sighting {
	data, err := meetingData(ctx, w.api, bot)
	s := sighting{data: data, err: err}
	if w.told != nil {
		s.told = w.told(ctx, w.api.KeyFor(ctx), bot)
	}
	switch {
	case err == nil:
		s.marks = marksOf(data, w.now())
		s.marks.glance += " " + s.told
	case !passing(err):
		s.marks = marks{err.Error(), err.Error()}
	}
	return s
}

func marksOf(data *client.MeetingData, now time.Time) marks {
	bot := &data.BotData.Bot
	fate := fateOf(data, now)
	name, _ := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
	m := marks{transcript: versionOf(data.BotData.Transcripts)}
	if len(data.BotData.Transcripts) == 0 {
		m.transcript = absenceOf(data, now).cause
	}
	m.glance = fmt.Sprint(name, fate, data.Duration, bot.BotJoinedAt, bot.BotExitedAt, bot.EndedAt, data.MP4 != "", data.Audio != "", m.transcript)
	return m
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
