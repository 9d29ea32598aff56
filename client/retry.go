package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	tries         = 3                // of a read
	maxRetryAfter = 30 * time.Second // a longer Retry-After is the caller's to wait for
)

// Watch is called before each request, and what it returns once the answer is
// read, with what went wrong.
type Watch func(ctx context.Context, sent *Attempt) (answered func(error))

// Attempt is one request of the client's. Nothing of it comes from a caller.
type Attempt struct {
	Operation string      // id, as in the API's document
	Method    string      // of HTTP
	Try       int         // 1, and more for a read that is sent again
	Status    int         // of the answer, 0 until there is one
	Header    http.Header // what Watch would have the request to the API carry
}

// retry runs send, and for a read runs it again, up to three times in all,
// while the API is busy or the connection broken. It waits as long as the API
// asks, but neither longer than 30 s nor past the context's deadline.
func (c *Client) retry(ctx context.Context, req request, send func(*Attempt) error) error {
	sent := Attempt{Operation: req.op, Method: req.method}
	attempt := func() (err error) {
		sent.Try, sent.Status, sent.Header = sent.Try+1, 0, nil
		if c.options.Watch != nil {
			answered := c.options.Watch(ctx, &sent)
			defer func() { answered(err) }()
		}
		return send(&sent)
	}
	if !c.rules.resends(req.method) {
		return attempt()
	}
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = c.options.Pause
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = attempt()
		var e *Error
		if last == nil || !errors.As(last, &e) || !e.temporary() {
			return struct{}{}, permanent(last)
		}
		if e.RetryAfter == 0 {
			return struct{}{}, last
		}
		deadline, ok := ctx.Deadline()
		if e.RetryAfter > maxRetryAfter || ok && time.Until(deadline) < e.RetryAfter {
			return struct{}{}, permanent(last)
		}
		return struct{}{}, &backoff.RetryAfterError{Duration: e.RetryAfter}
	}, backoff.WithBackOff(pause), backoff.WithMaxTries(tries), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return last // rather than that the wait was cut short
	}
	return nil
}

func permanent(err error) error {
	if err == nil {
		return nil
	}
	return backoff.Permanent(err)
}

// temporary reports whether the same request may succeed in a moment.
func (e *Error) temporary() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.broken
}

// The API's limit on delete_data.
const (
	deletionLimit  = 5
	deletionWindow = time.Minute
)

// deletions holds the times of each key's deletions within the last minute, so
// that a sixth is refused without asking.
type deletions struct {
	now func() time.Time

	mu    sync.Mutex
	times map[string][]time.Time
}

func (d *deletions) admit(key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if d.times == nil {
		d.times = map[string][]time.Time{}
	}
	for k, times := range d.times {
		for len(times) > 0 && now.Sub(times[0]) >= deletionWindow {
			times = times[1:]
		}
		if d.times[k] = times; len(times) == 0 {
			delete(d.times, k)
		}
	}
	times := d.times[key]
	if len(times) >= deletionLimit {
		wait := deletionWindow - now.Sub(times[0])
		return &Error{
			Op: "delete_data", Status: http.StatusTooManyRequests, RetryAfter: wait, Unsent: true,
			Message: fmt.Sprintf("the API allows %d deletions a minute; not sent", deletionLimit),
		}
	}
	d.times[key] = append(times, now)
	return nil
}
