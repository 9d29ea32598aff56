package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/meetmcp/meetmcp/client"
)

// event is what a webhook gets.
type event struct {
	Event string `json:"event"`
	Data  any    `json:"data"`
}

// Delivery is one try to deliver an event to a webhook.
type Delivery struct {
	At     time.Time // of the sandbox's clock
	URL    string
	Event  string
	Body   string
	Status int    // of the webhook's answer, 0 when none came
	Fault  string // why it counts as not delivered, "" when it does
}

// patience is how long a webhook may take to answer, of the wall's time, and
// after how long it is tried again, of the sandbox's.
type patience struct {
	timeout time.Duration
	retries []time.Duration
}

// patienceFor returns an event's: the bot itself sends status changes and
// soon gives up, all else is sent by the API.
func patienceFor(event string) patience {
	if event == "bot.status_change" {
		return patience{5 * time.Second, []time.Duration{time.Second, time.Second}}
	}
	return patience{10 * time.Second, []time.Duration{time.Second, 5 * time.Second, 15 * time.Second}}
}

// outbox holds deliveries under way. Those to one URL go one after the other.
// Sandbox.mu guards it.
type outbox struct {
	client *http.Client
	idle   *sync.Cond
	lanes  map[string][]*delivery // a lane that is there has a goroutine
	sent   tail[Delivery]
}

type delivery struct {
	url, key string
	event    string
	body     []byte
	tries    int
	done     func(error)
}

func newOutbox(mu *sync.Mutex) outbox {
	return outbox{
		client: &http.Client{
			Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext},
			// A redirect could lead off this machine.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		idle:  sync.NewCond(mu),
		lanes: map[string][]*delivery{},
	}
}

// wait returns when nothing is under way. It lets go of s.mu meanwhile.
func (o *outbox) wait() {
	for len(o.lanes) > 0 {
		o.idle.Wait()
	}
}

// notify sends an event to url, which may be empty, with a's key. Events to
// one url leave in the order of the calls. done, which may be nil, is told with
// s.mu held whether the event was taken in the end.
func (s *Sandbox) notify(a *account, url string, e event, done func(err error)) {
	if url == "" {
		return
	}
	body, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("write event %s: %v", e.Event, err))
	}
	s.post(&delivery{url: url, key: a.key, event: e.Event, body: body, done: done})
}

func (s *Sandbox) post(d *delivery) {
	if s.closed {
		return
	}
	lane, busy := s.outbox.lanes[d.url]
	s.outbox.lanes[d.url] = append(lane, d)
	if !busy {
		s.running.Go(func() { s.deliver(d.url) })
	}
}

// deliver empties a lane.
func (s *Sandbox) deliver(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.outbox.lanes[url]) > 0 {
		d := s.outbox.lanes[url][0]
		s.mu.Unlock()
		status, err := s.send(d)
		s.mu.Lock()
		s.outbox.lanes[url] = s.outbox.lanes[url][1:]
		s.delivered(d, status, err)
	}
	delete(s.outbox.lanes, url)
	s.outbox.idle.Broadcast()
}

// delivered records a try, and sets the next if it did not succeed.
func (s *Sandbox) delivered(d *delivery, status int, err error) {
	record := Delivery{At: s.now(), URL: d.url, Event: d.event, Body: string(d.body), Status: status}
	if err != nil {
		record.Fault = err.Error()
		s.log.Debug("webhook not delivered", "event", d.event, "error", err)
	}
	s.outbox.sent.add(record)
	retries := patienceFor(d.event).retries
	if err != nil && d.tries < len(retries) && !errors.Is(err, errAddress) {
		d.tries++
		s.after(retries[d.tries-1], func() { s.post(d) })
		return
	}
	if d.done != nil {
		d.done(err)
	}
}

// errAddress is of a webhook to which nothing is ever sent.
var errAddress = errors.New("builder error")

// send sends an event once. To example.com and its subdomains it only pretends
// to, and nothing leaves this machine.
func (s *Sandbox) send(d *delivery) (status int, err error) {
	target, err := url.Parse(d.url)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return 0, fmt.Errorf("%w: invalid webhook URL", errAddress)
	}
	host := strings.ToLower(target.Hostname())
	if host == "example.com" || strings.HasSuffix(host, ".example.com") {
		return http.StatusOK, nil
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return 0, fmt.Errorf("%w: the sandbox sends webhooks to this machine and example.com only", errAddress)
	}
	ctx, cancel := context.WithTimeout(s.ctx, patienceFor(d.event).timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.body))
	if err != nil {
		return 0, fmt.Errorf("%w: %v", errAddress, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "meetingbaas/1.0")
	r.Header.Set(client.KeyHeader, d.key)
	answer, err := s.outbox.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("send webhook: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // so that the connection can be used again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return answer.StatusCode, fmt.Errorf("send webhook: Status: %d", answer.StatusCode)
	}
	return answer.StatusCode, nil
}

// Deliveries lists the tries to deliver events to webhooks, oldest first. Of
// very many only the last are kept.
func (s *Sandbox) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.outbox.sent.records)
}
