// Package client is the Meeting BaaS API (v1) in Go: one door to the network,
// and one short method for each of its 26 operations.
package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxAnswer = 32 << 20 // bytes of an answer; an hour's meeting has about 1 MB
	maxValues = 2 << 20  // values in an answer, each of which may take far more room than its bytes; an hour's meeting has about 70,000
	maxError  = 64 << 10 // bytes of a refusal
)

// rules are how answers are judged. They are a client's own so that tests can
// show what each of them is for.
type rules struct {
	documented bool                     // a success confirms nothing unless it is the documented answer
	errors     bool                     // a success that names an error is a refusal
	unsure     func(status int) bool    // a write may have been done that was answered so; 0 is no answer
	same       func(a, b string) bool   // two ids are one
	trail      bool                     // lists whose pages lead nowhere are cut
	lenient    bool                     // what is odd in an answer is left out
	resends    func(method string) bool // a request may be sent again
	maxAnswer  int64                    // bytes
	maxValues  int
}

func usualRules() rules {
	return rules{
		documented: true, errors: true, unsure: unsure, same: sameID, lenient: true, trail: true,
		resends:   func(method string) bool { return method == http.MethodGet },
		maxAnswer: maxAnswer, maxValues: maxValues,
	}
}

// KeyHeader carries the API key, upstream and in the webhooks that the API sends.
const KeyHeader = "x-meeting-baas-api-key"

// Options are what New may be told beyond where the API is and who pays. The
// zero value is right for the real API.
type Options struct {
	UserAgent string           // "meetmcp" when empty
	Timeout   time.Duration    // of one call with its retries; 45 s when zero
	Pause     time.Duration    // before the first retry; 300 ms when zero
	Now       func() time.Time // the clock of the deletion limit; time.Now when nil
	Resolver  *net.Resolver    // looks up where files are; net.DefaultResolver when nil
	Watch     Watch            // sees every request; may be nil

	rules *rules // the usual ones when nil
}

// Client calls the API. It is safe for concurrent use, and holds no state but
// its connections and the times of recent deletions.
type Client struct {
	base      string
	key       Secret
	options   Options
	http      *http.Client
	files     *http.Client // connects to the internet only
	deletions *deletions
	rules     rules
}

// New returns a client of the API at base, such as https://api.meetingbaas.com,
// that pays with key unless WithKey says otherwise. options may be nil.
func New(base string, key Secret, options *Options) *Client {
	c := &Client{base: strings.TrimRight(base, "/"), key: key, rules: usualRules()}
	if options != nil {
		c.options = *options
	}
	if c.options.rules != nil {
		c.rules = *c.options.rules
	}
	if c.options.UserAgent == "" {
		c.options.UserAgent = "meetmcp"
	}
	if c.options.Timeout == 0 {
		c.options.Timeout = 45 * time.Second
	}
	if c.options.Pause == 0 {
		c.options.Pause = 300 * time.Millisecond
	}
	if c.options.Now == nil {
		c.options.Now = time.Now
	}
	c.deletions = &deletions{now: c.options.Now}
	c.http = httpClient(http.ProxyFromEnvironment, &net.Dialer{})
	c.files = httpClient(nil, &net.Dialer{Resolver: c.options.Resolver, Control: onlyPublic})
	return c
}

func httpClient(proxy func(*http.Request) (*url.URL, error), dialer *net.Dialer) *http.Client {
	dialer.Timeout = 10 * time.Second
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               proxy,
			DialContext:         dialer.DialContext,
			TLSHandshakeTimeout: 10 * time.Second,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 100,
			IdleConnTimeout:     90 * time.Second,
		},
		// The API redirects nothing; a redirect would carry the key elsewhere, or
		// a file's link off the hosts that keep files.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close drops idle connections.
func (c *Client) Close() {
	c.http.CloseIdleConnections()
	c.files.CloseIdleConnections()
}

type keyContext struct{}

// WithKey has calls under ctx pay with key instead of the client's own.
func WithKey(ctx context.Context, key Secret) context.Context {
	return context.WithValue(ctx, keyContext{}, key)
}

// KeyFor returns the key with which a call under ctx pays.
func (c *Client) KeyFor(ctx context.Context) Secret {
	if key, ok := ctx.Value(keyContext{}).(Secret); ok {
		return key
	}
	return c.key
}

type callContext struct{}

// Calls records what calls under its context did upstream, for a log line.
type Calls struct {
	RequestID string // sent upstream as X-Request-Id
	Status    int    // of the last answer, 0 when there was none
	Tries     int    // requests sent
}

// WithCalls has calls under ctx, which must come one after the other, recorded
// in calls.
func WithCalls(ctx context.Context, calls *Calls) context.Context {
	return context.WithValue(ctx, callContext{}, calls)
}

// request is one call: op is the operation's id in the API's document, id what
// the call is about, and each "{}" in path stands for it.
type request struct {
	op, method, path, id string
	query                url.Values
	body                 any
	unread               bool // what is answered does not matter, as long as it is JSON and no error
}

// writes reports that a request may change something. Such a one is sent once.
func (r request) writes() bool { return r.method != http.MethodGet }

// do is the one door to the network. It sends req, again if it is a read that
// may yet succeed, and decodes the answer into out. Every error that it
// returns is an *Error, unless the body cannot be written.
func (c *Client) do(ctx context.Context, req request, out reply) error {
	path := req.path
	if strings.Contains(path, "{}") {
		if err := checkID(req.id); err != nil {
			return err
		}
		path = strings.Replace(path, "{}", url.PathEscape(req.id), 1)
	}
	if len(req.query) > 0 {
		path += "?" + req.query.Encode()
	}
	key := c.KeyFor(ctx)
	secrets := []string{key.Reveal()}
	var body []byte
	if req.body != nil {
		var err error
		if body, err = json.Marshal(req.body, revealing(&secrets)); err != nil {
			return fmt.Errorf("%s: write request: %w", req.op, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	err := c.retry(ctx, req, func(sent *Attempt) error { return c.send(ctx, req, sent, path, key, body, out) })
	var e *Error
	if errors.As(err, &e) {
		e.tidy(secrets)
	}
	return err
}

// send sends a request once.
func (c *Client) send(ctx context.Context, req request, sent *Attempt, path string, key Secret, body []byte, out reply) error {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, req.method, c.base+path, reader)
	if err != nil {
		return &Error{Op: req.op, Message: "the API's address is not a URL", cause: err}
	}
	maps.Copy(r.Header, sent.Header)
	r.Header.Set(KeyHeader, key.Reveal())
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", c.options.UserAgent)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	calls, _ := ctx.Value(callContext{}).(*Calls)
	if calls == nil {
		calls = &Calls{}
	}
	if calls.RequestID != "" {
		r.Header.Set("X-Request-Id", calls.RequestID)
	}
	calls.Tries++
	calls.Status = 0
	resp, err := c.http.Do(r)
	if err != nil {
		return &Error{
			Op: req.op, Message: unreachable(err, r.URL.Host), cause: err,
			Lost: req.writes() && !neverSent(err) && c.rules.unsure(0), broken: !req.writes() && ctx.Err() == nil,
		}
	}
	defer resp.Body.Close()
	calls.Status, sent.Status = resp.StatusCode, resp.StatusCode
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.refusal(req, resp)
	}
	return c.read(ctx, req, resp, out)
}

// revealing lets a request body, and nothing else, carry secrets in clear. It
// lists them, so that no error repeats one.
func revealing(secrets *[]string) json.Options {
	return json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, s Secret) error {
		*secrets = append(*secrets, s.Reveal())
		return enc.WriteToken(jsontext.String(s.Reveal()))
	}))
}

// checkID refuses what cannot be an id and could lead elsewhere in a path.
func checkID(id string) error {
	switch {
	case id == "":
		return &Error{Unsent: true, Message: "the id is empty"}
	case id == ".", len(id) > 200, strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '/' || r == '\\' }), strings.Contains(id, ".."):
		return &Error{Unsent: true, Message: fmt.Sprintf("%.60q is not an id", id)}
	}
	return nil
}
