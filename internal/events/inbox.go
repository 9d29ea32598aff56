// Package events takes in what Meeting BaaS tells of bots by webhook, which
// polling cannot see or sees late, and wakes those who wait for it.
package events

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/shared"
	"github.com/meetmcp/meetmcp/internal/work"
)

// Path is where webhooks arrive; the id of an account follows.
const Path = "/webhooks/meeting-baas/"

const (
	keptFor   = 48 * time.Hour // of what was told of a bot
	topic     = "events"
	fetchMost = 1000 // finished meetings that wait to be read
	fetchEach = 50   // of one account
	fetchers  = 2
)

// What one account may report, which knows its own address and can post there
// what it likes.
func eventRate() shared.Rate { return shared.Rate{Most: 1200, Per: time.Minute} }
func botRate() shared.Rate   { return shared.Rate{Most: 2000, Per: 24 * time.Hour} } // bots that nothing was told of before

// Inbox takes in webhooks.
type Inbox struct {
	base   string
	secret []byte
	state  shared.State
	now    func() time.Time
	log    *slog.Logger
	told   func(event string)
	bodies *bodies.Gate
	stop   func()

	merging [64]sync.Mutex // while what was told of a bot is brought up to date, one for some of the bots

	mu       sync.Mutex
	watchers map[string]map[*func()]bool // by what bot they watch
	waiting  map[string]int              // finished meetings, by account
	finished chan Finished
}

// Finished is a meeting that can be read now.
type Finished struct {
	Key client.Secret
	Bot string
}

// Options are what an inbox is made of.
type Options struct {
	PublicURL *url.URL // by which Meeting BaaS reaches this server
	Secret    []byte   // of which accounts' ids are made; the same on all replicas
	State     shared.State
	Now       func() time.Time // time.Now when nil
	Log       *slog.Logger
	Bodies    *bodies.Gate       // lets in what is posted; nil: without limits
	Received  func(event string) // told of each event that is taken in; may be nil
}

// New returns an inbox that is open until Close.
func New(o Options) *Inbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Received == nil {
		o.Received = func(string) {}
	}
	if o.Bodies == nil {
		o.Bodies = bodies.New(bodies.Limits{}, work.NewPool(1, maxEvent))
	}
	i := &Inbox{
		base: strings.TrimSuffix(o.PublicURL.String(), "/") + Path, secret: o.Secret, state: o.State, now: o.Now, log: o.Log, told: o.Received, bodies: o.Bodies,
		watchers: map[string]map[*func()]bool{}, waiting: map[string]int{}, finished: make(chan Finished, fetchMost),
	}
	i.stop = i.state.Subscribe(topic, func(message []byte) { i.wake(string(message)) })
	return i
}

// Close stops listening to other replicas.
func (i *Inbox) Close() { i.stop() }

// URL is where the bots of an API key are to report: nobody can guess it, and
// what arrives there must carry the same key.
func (i *Inbox) URL(key client.Secret) string { return i.base + i.id("account", key.Reveal()) }

func (i *Inbox) id(parts ...string) string {
	mac := hmac.New(sha256.New, i.secret)
	for _, part := range parts {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:24])
}

// ServeHTTP takes in an event. It is kept before it is answered, and answered
// before anything is done about it.
func (i *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	keys := r.Header.Values(client.KeyHeader)
	var key client.Secret
	if len(keys) == 1 {
		key = client.NewSecret(keys[0])
	}
	want := i.id("account", key.Reveal())
	if !hmac.Equal([]byte(strings.TrimPrefix(r.URL.Path, Path)), []byte(want)) || key.IsZero() {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Events are posted here.", http.StatusMethodNotAllowed)
		return
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		http.Error(w, "An event is JSON: send it with Content-Type: application/json.", http.StatusUnsupportedMediaType)
		return
	}
	if wait, ok := i.state.Take(r.Context(), "webhooks/"+want, eventRate()); !ok {
		tooMany(w, wait)
		return
	}
	e, err := i.event(w, r, want)
	if err != nil {
		i.refuse(w, r, want, err)
		return
	}
	i.told(e.kind)
	if e.bot != "" {
		if wait, ok := i.take(r.Context(), key, want, e); !ok {
			tooMany(w, wait)
			return
		}
	}
	w.WriteHeader(http.StatusOK)
}

// event reads an event of an account, in passing.
func (i *Inbox) event(w http.ResponseWriter, r *http.Request, account string) (event, error) {
	body, err := i.bodies.Open(w, r, "webhooks/"+account, access.AddressOf(r.Context()), maxEvent)
	if err != nil {
		return event{}, err
	}
	defer body.Close()
	return read(body)
}

// refuse answers an event that was not taken in.
func (i *Inbox) refuse(w http.ResponseWriter, r *http.Request, account string, err error) {
	i.log.Debug("webhook refused", "error", err)
	var busy *work.Busy
	var large *bodies.TooLarge
	w.Header().Set("Connection", "close")
	switch {
	case errors.As(err, &busy):
		w.Header().Set("Retry-After", strconv.Itoa(busy.Seconds()))
		http.Error(w, busy.Error()+".", busy.Status())
	case errors.As(err, &large):
		http.Error(w, fmt.Sprintf("The event is larger than the %d MB that are read.", large.Most>>20), http.StatusRequestEntityTooLarge)
	default:
		http.Error(w, "This is no event: it must be a JSON object with event and data.", http.StatusBadRequest)
	}
	if http.NewResponseController(w).Flush() == nil {
		i.bodies.Drain(w, r, "webhooks/"+account, access.AddressOf(r.Context()), io.Discard)
	}
}

func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(1+int(wait.Seconds())))
	http.Error(w, "Too many events come from this account.", http.StatusTooManyRequests)
}

// take keeps an event of an account, and tells who waits for it. It reports
// false, with the time to wait, when the account tells of too many bots.
func (i *Inbox) take(ctx context.Context, key client.Secret, account string, e event) (wait time.Duration, ok bool) {
	about := i.id("bot", key.Reveal(), e.bot)
	changed, wait, ok := i.merge(ctx, about, account, e)
	if changed {
		i.state.Publish(ctx, topic, []byte(about))
	}
	if ok && (e.kind == "complete" || e.kind == "transcription_complete") {
		i.finish(Finished{key, e.bot}, account)
	}
	return wait, ok
}

// finish puts a meeting in the line of those to be read, if there is room.
func (i *Inbox) finish(f Finished, account string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.waiting[account] < fetchEach {
		select {
		case i.finished <- f:
			i.waiting[account]++
			return
		default:
		}
	}
	i.log.Warn("too many meetings ended at once: some are read when they are searched for")
}

// merge brings what was told of a bot up to date, and reports whether it said
// anything new: events come more than once, and in any order. It does not take
// in a bot that is one too many for its account.
func (i *Inbox) merge(ctx context.Context, about, account string, e event) (changed bool, wait time.Duration, ok bool) {
	merging := &i.merging[int(about[0])%len(i.merging)]
	merging.Lock()
	defer merging.Unlock()
	known := i.seen(ctx, about)
	told := known.with(e, i.now())
	if told == known {
		return false, 0, true
	}
	if known == (Seen{}) {
		if wait, ok = i.state.Take(ctx, "webhook-bots/"+account, botRate()); !ok {
			return false, wait, false
		}
	}
	raw, err := json.Marshal(told)
	if err != nil {
		i.log.Error("an event cannot be kept", "error", err)
		return false, 0, true
	}
	i.state.Set(ctx, "bot/"+about, raw, keptFor)
	return true, 0, true
}

func (i *Inbox) seen(ctx context.Context, about string) (s Seen) {
	if raw := i.state.Get(ctx, "bot/"+about); raw != nil {
		if err := json.Unmarshal(raw, &s); err != nil {
			i.log.Error("what was told of a bot cannot be read", "error", err)
		}
	}
	return s
}

// Seen answers what was told of a bot of this key.
func (i *Inbox) Seen(ctx context.Context, key client.Secret, bot string) Seen {
	return i.seen(ctx, i.id("bot", key.Reveal(), bot))
}

// Watch calls changed, which must not block, whenever something new was told of
// a bot, on any replica, until stop is called.
func (i *Inbox) Watch(key client.Secret, bot string, changed func()) (stop func()) {
	about := i.id("bot", key.Reveal(), bot)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.watchers[about] == nil {
		i.watchers[about] = map[*func()]bool{}
	}
	i.watchers[about][&changed] = true
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if delete(i.watchers[about], &changed); len(i.watchers[about]) == 0 {
			delete(i.watchers, about)
		}
	}
}

func (i *Inbox) wake(about string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for changed := range i.watchers[about] {
		(*changed)()
	}
}

// Run calls keep with each meeting that has become readable, a few at a time,
// until ctx ends. What keep fails at is logged.
func (i *Inbox) Run(ctx context.Context, keep func(ctx context.Context, bot string) error) {
	var group sync.WaitGroup
	for range fetchers {
		group.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case f := <-i.finished:
					i.begun(i.id("account", f.Key.Reveal()))
					if err := keep(client.WithKey(ctx, f.Key), f.Bot); err != nil && !errors.Is(err, context.Canceled) {
						i.log.Warn("a meeting that ended could not be read; it is when it is searched for", "error", err)
					}
				}
			}
		})
	}
	group.Wait()
}

// begun gives back an account's place in the line.
func (i *Inbox) begun(account string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.waiting[account]--; i.waiting[account] == 0 {
		delete(i.waiting, account)
	}
}
