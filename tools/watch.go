package tools

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/transcript"
)

// How often a bot is looked at that somebody waits for or has subscribed to:
// soon after a change, then ever less.
const (
	firstPoll = 2 * time.Second
	lastPoll  = 15 * time.Second // while something is still to come
	restPoll  = 5 * time.Minute  // when the meeting is over and all is there
)

// sighting is what was seen of a bot, or why nothing was. It has nothing of what
// was said: as many are kept as there are bots that somebody waits for.
type sighting struct {
	bot   *observation // nil when the bot was not seen
	told  string       // the newest status that the bot reported, "" when none
	err   error
	marks marks
}

// observation is what of an answer tells how far a bot has come.
type observation struct {
	id, title string
	fate      fate
	absence   absence // of a transcript, when there is none
	joined    time.Time
	recorded  bool // some of the meeting
	spoken    bool // there is a transcript
}

// observe takes from an answer what tells how far its bot has come.
func observe(data *client.MeetingData, now time.Time) *observation {
	bot := &data.BotData.Bot
	name, _ := title(bot.Extra, "", bot.BotName, bot.CreatedAt)
	const longest = 300                                                                        // characters
	short := func(text string) string { return strings.Clone(transcript.Line(text, longest)) } // which holds nothing longer
	f, a := fateOf(data, now), absenceOf(data, now)
	f.cause, a.cause = short(f.cause), short(a.cause)
	return &observation{
		id: short(bot.UUID), title: short(name.String()), fate: f, absence: a,
		joined: bot.BotJoinedAt.Time, recorded: data.Duration > 0, spoken: len(data.BotData.Transcripts) > 0,
	}
}

// marks change when what there is to read of a meeting does.
type marks struct{ glance, transcript fingerprint }

// fingerprint tells two texts apart; it is zero of none.
type fingerprint [16]byte

func fingerprintOf(text string) fingerprint {
	sum := sha256.Sum256([]byte(text))
	return fingerprint(sum[:16])
}

// watches look at bots on behalf of all who wait for them, with one poll for
// each bot however many wait.
type watches struct {
	api   *client.Client
	after func(time.Duration) <-chan time.Time
	now   func() time.Time
	told  func(ctx context.Context, key client.Secret, bot string) string   // nil: nothing does
	tells func(key client.Secret, bot string, changed func()) (stop func()) // nil: nothing does

	looks chan struct{} // as many as there are looks at once

	mu   sync.Mutex
	open map[watched]*watch
}

// mostLooks is how many bots are looked at, at once: each answer is held whole
// until it is judged.
const mostLooks = 8

// watched is a bot as one key sees it.
type watched struct{ key, bot string }

type watch struct {
	stop    func()
	stirred chan struct{}
	waiting map[chan sighting]bool
	last    *sighting // nil until the first look
}

func newWatches(api *client.Client, p *policy) *watches {
	return &watches{api: api, after: p.After, now: p.Now, tells: p.Watch, told: p.Told, looks: make(chan struct{}, mostLooks), open: map[watched]*watch{}}
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
	case s.bot == nil, s.bot.fate.state != stateEnded, !s.bot.spoken && s.bot.absence.comes:
		return lastPoll
	}
	return restPoll
}

// look looks at a bot once. The marks are zero when nothing was seen that says
// whether it has changed.
func (w *watches) look(ctx context.Context, bot string) sighting {
	select {
	case w.looks <- struct{}{}:
		defer func() { <-w.looks }()
	case <-ctx.Done():
		return sighting{err: ctx.Err()}
	}
	data, err := meetingData(ctx, w.api, bot)
	s := sighting{err: err}
	if w.told != nil {
		s.told = w.told(ctx, w.api.KeyFor(ctx), bot)
	}
	switch {
	case err == nil:
		s.bot = observe(data, w.now())
		s.marks = marksOf(data, s.bot, s.told)
	case !passing(err):
		mark := fingerprintOf(err.Error())
		s.marks = marks{mark, mark}
	}
	return s
}

func marksOf(data *client.MeetingData, seen *observation, told string) marks {
	bot := &data.BotData.Bot
	speech := seen.absence.cause
	if seen.spoken {
		speech = versionOf(data.BotData.Transcripts)
	}
	glance := fmt.Sprint(seen.title, seen.fate, data.Duration, bot.BotJoinedAt, bot.BotExitedAt, bot.EndedAt, data.MP4 != "", data.Audio != "", speech, told)
	return marks{fingerprintOf(glance), fingerprintOf(speech)}
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
