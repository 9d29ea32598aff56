package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/shared"
)

// topics are resources that a test changes.
type topics struct {
	mu       sync.Mutex
	followed map[string]map[int]func(last bool)
	count    int
	began    chan string // each address that is followed
	ended    chan string // and is no more
}

func newTopics() *topics {
	return &topics{followed: map[string]map[int]func(bool){}, began: make(chan string, 2000), ended: make(chan string, 2000)}
}

func (f *topics) follow(ctx context.Context, uri string, changed func(last bool)) error {
	if strings.Contains(uri, "nobody") {
		return errors.New("there is no such meeting")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	number := f.count
	if f.followed[uri] == nil {
		f.followed[uri] = map[int]func(bool){}
	}
	f.followed[uri][number] = changed
	context.AfterFunc(ctx, func() {
		f.mu.Lock()
		delete(f.followed[uri], number)
		f.mu.Unlock()
		f.ended <- uri
	})
	f.began <- uri
	return nil
}

func (f *topics) change(uri string, last bool) {
	f.mu.Lock()
	var all []func(bool)
	for _, changed := range f.followed[uri] {
		all = append(all, changed)
	}
	f.mu.Unlock()
	for _, changed := range all {
		changed(last)
	}
}

func (f *topics) open() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, of := range f.followed {
		n += len(of)
	}
	return n
}

// told collects the addresses that a client is told have changed.
func told(c *client.Client) <-chan string {
	updates := make(chan string, 100)
	c.OnNotification(func(n mcp.JSONRPCNotification) {
		if n.Method == mcp.MethodNotificationResourceUpdated {
			uri, _ := n.Params.AdditionalFields["uri"].(string)
			updates <- uri
		}
	})
	return updates
}

func subscribe(ctx context.Context, c *client.Client, uri string) error {
	var r mcp.SubscribeRequest
	r.Params.URI = uri
	return c.Subscribe(ctx, r) //lint:ignore SA1019 older clients have nothing else
}

func unsubscribe(ctx context.Context, c *client.Client, uri string) error {
	var r mcp.UnsubscribeRequest
	r.Params.URI = uri
	return c.Unsubscribe(ctx, r) //lint:ignore SA1019 older clients have nothing else
}

func TestSubscribe(t *testing.T) {
	const a, b = "meeting://a", "meeting://b/transcript"
	for _, over := range []struct{ kind, version string }{
		{"stdio", "2024-11-05"}, {"stdio", "2025-11-25"}, {"sse", "2024-11-05"}, {"sse", "2025-11-25"}, {"http", "2025-03-26"}, {"http", "2025-11-25"},
	} {
		t.Run(over.kind+" "+over.version, func(t *testing.T) {
			c, bench := dial(t, over.kind, over.version)
			updates := told(c)
			if can := initialize(t, c, over.version).Capabilities.Resources; can == nil || !can.Subscribe || can.ListChanged {
				t.Errorf("got the capabilities %+v, want subscribe alone", can)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			for _, uri := range []string{a, b, a} {
				if err := subscribe(ctx, c, uri); err != nil {
					t.Fatal(err)
				}
			}
			if n := bench.topics.open(); n != 2 {
				t.Errorf("%d are followed, want 2", n)
			}
			for _, uri := range []string{a, b, a} {
				bench.topics.change(uri, false)
				if got := receive(t, updates); got != uri {
					t.Errorf("got %s, want %s", got, uri)
				}
			}
			if err := unsubscribe(ctx, c, a); err != nil {
				t.Error(err)
			}
			if got := receive(t, bench.topics.ended); got != a {
				t.Errorf("%s ended, want %s", got, a)
			}
			bench.topics.change(a, false)
			bench.topics.change(b, true) // for the last time
			if got := receive(t, updates); got != b {
				t.Errorf("got %s, want %s", got, b)
			}
			if got := receive(t, bench.topics.ended); got != b {
				t.Errorf("%s ended, want %s", got, b)
			}
			if err := subscribe(ctx, c, b); err != nil {
				t.Error(err)
			}
			for _, row := range []struct{ uri, want string }{{"meeting://nobody", "no such meeting"}, {"", "needs params with the resource's uri"}} {
				if err := subscribe(ctx, c, row.uri); err == nil || !strings.Contains(err.Error(), row.want) {
					t.Errorf("%q: got %v, want %s", row.uri, err, row.want)
				}
			}
			if err := unsubscribe(ctx, c, "meeting://never"); err != nil {
				t.Error(err)
			}
			if err := c.Close(); err != nil { // which ends what is left
				t.Error(err)
			}
			if got := receive(t, bench.topics.ended); got != b || bench.topics.open() != 0 {
				t.Errorf("%s ended, and %d are followed", got, bench.topics.open())
			}
		})
	}
}

func TestListen(t *testing.T) {
	for _, kind := range []string{"stdio", "http"} {
		t.Run(kind, func(t *testing.T) {
			c, bench := dial(t, kind, "2026-07-28")
			updates := told(c)
			acknowledged := make(chan string, 10)
			c.OnNotification(func(n mcp.JSONRPCNotification) {
				if n.Method == mcp.MethodNotificationSubscriptionsAcknowledged {
					raw, err := json.Marshal(n.Params.AdditionalFields["notifications"])
					if err != nil {
						t.Error(err)
					}
					acknowledged <- string(raw)
				}
			})
			initialize(t, c, "2026-07-28")
			for range 3 {
				stop, err := c.ListenAsync(t.Context(), mcp.SubscriptionFilter{
					ResourceSubscriptions: []string{"meeting://a", "meeting://nobody", "meeting://a", "meeting://b"}}, func(err error) { t.Error(err) })
				if err != nil {
					t.Fatal(err)
				}
				if got := receive(t, acknowledged); got != `{"resourceSubscriptions":["meeting://a","meeting://b"]}` {
					t.Errorf("acknowledged %s", got)
				}
				for _, uri := range []string{"meeting://b", "meeting://a"} {
					bench.topics.change(uri, false)
					if got := receive(t, updates); got != uri {
						t.Errorf("got %s, want %s", got, uri)
					}
				}
				stop()
				receive(t, bench.topics.ended)
				receive(t, bench.topics.ended)
			}
			stop, err := c.ListenAsync(t.Context(), mcp.SubscriptionFilter{ResourceSubscriptions: []string{"meeting://nobody"}}, func(err error) { t.Error(err) })
			if err != nil {
				t.Fatal(err)
			}
			if got := receive(t, acknowledged); got != `{}` {
				t.Errorf("acknowledged %s", got)
			}
			stop()
			if n := bench.topics.open(); n != 0 {
				t.Errorf("%d are followed", n)
			}
		})
	}
}

// TestListenCancelled has a client over stdio cancel what it listens to: it gets
// no answer, and the same id can be used again.
func TestListenCancelled(t *testing.T) {
	p := newPipe(t.Context(), t)
	for range 2 {
		p.write(t, `{"jsonrpc":"2.0","id":"l","method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["meeting://a"]},`+modernMeta+`}}`+"\n")
		if got := receive(t, p.lines); !strings.Contains(got, "acknowledged") {
			t.Errorf("got %s", got)
		}
		p.write(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}}`+"\n")
		receive(t, p.topics.ended)
		p.write(t, `{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{`+modernMeta+`}}`+"\n")
		if got := receive(t, p.lines); !strings.Contains(got, `"id":2`) {
			t.Errorf("got %s", got)
		}
	}
	if err := p.in.Close(); err != nil {
		t.Error(err)
	}
	if err := receive(t, p.stopped); err != nil {
		t.Error(err)
	}
	for line := range p.lines {
		t.Errorf("got %s", line)
	}
}

// TestListenTags reads a stream of today's protocol as it is: the
// acknowledgement first, everything with the id of the request.
func TestListenTags(t *testing.T) {
	w := newWeb(t)
	const id = `"sub-1"`
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body := `{"jsonrpc":"2.0","id":` + id + `,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["meeting://a"],"toolsListChanged":true},` +
		`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}}}`
	events := w.events(ctx, t, http.MethodPost, map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"}, body)
	uri := receive(t, w.topics.began)
	go w.topics.change(uri, false) // which waits for the acknowledgement
	for _, want := range []string{"acknowledged", `"uri":"meeting://a"`} {
		if got := receive(t, events); !strings.Contains(got, want) || !strings.Contains(got, `"io.modelcontextprotocol/subscriptionId":`+id) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	cancel()
	receive(t, w.topics.ended)
}

// events sends a request and returns what its stream of events has.
func (w *web) events(ctx context.Context, t *testing.T, method string, headers map[string]string, body string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+w.addr+"/mcp", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		r.Body = http.NoBody
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("got %s %s, want events", answer.Status, kind)
	}
	return eventsOf(answer)
}

// TestMailbox keeps what a session is to be told until it opens a stream, each
// resource once, and tells it on the stream that it opened last.
func TestMailbox(t *testing.T) {
	w := newWeb(t)
	session := w.session(t)
	for i, uri := range []string{"meeting://a", "meeting://b"} {
		if status, _, body := w.post(t, "/mcp", session, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"resources/subscribe","params":{"uri":%q}}`, i, uri)); status != 200 || !strings.Contains(body, `"result":{}`) {
			t.Fatalf("got %d %s", status, body)
		}
	}
	w.topics.change("meeting://b", false)
	w.topics.change("meeting://a", false)
	w.topics.change("meeting://b", false)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := w.events(ctx, t, http.MethodGet, session, "")
	for _, want := range []string{"meeting://b", "meeting://a"} {
		if got := receive(t, first); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	again, cancelAgain := context.WithCancel(t.Context())
	second := w.events(again, t, http.MethodGet, session, "")
	w.topics.change("meeting://a", false)
	if got := receive(t, second); !strings.Contains(got, "meeting://a") || len(first) != 0 {
		t.Errorf("got %s, and %d on the first stream", got, len(first))
	}
	cancelAgain()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "http://"+w.addr+"/mcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Mcp-Session-Id", session["Mcp-Session-Id"])
	if status, _, body := send(t, r); status != http.StatusOK {
		t.Errorf("DELETE: got %d %s", status, body)
	}
	receive(t, w.topics.ended)
	receive(t, w.topics.ended)
}

// TestSubscriptionsAreBounded subscribes to too much, from one client and from
// several of one caller.
func TestSubscriptionsAreBounded(t *testing.T) {
	w := newWeb(t, func(_ *serve.Server, o *serve.Web) { o.Limits.Subscriptions = 150 })
	try := func(session map[string]string, uri int) string {
		_, _, body := w.post(t, "/mcp", session, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"meeting://%d"}}`, uri))
		return body
	}
	one, other := w.session(t), w.session(t)
	for i := range 100 {
		if got := try(one, i); !strings.Contains(got, `"result":{}`) {
			t.Fatalf("%d: got %s", i, got)
		}
	}
	if got := try(one, 100); !strings.Contains(got, "unsubscribe from one first") {
		t.Errorf("one more of one client: got %s", got)
	}
	for i := range 50 {
		if got := try(other, i); !strings.Contains(got, `"result":{}`) {
			t.Fatalf("%d: got %s", i, got)
		}
	}
	if got := try(other, 50); !strings.Contains(got, "150 subscriptions open") {
		t.Errorf("one more of one caller: got %s", got)
	}
	if _, _, body := w.post(t, "/mcp", one, `{"jsonrpc":"2.0","id":1,"method":"resources/unsubscribe","params":{"uri":"meeting://7"}}`); !strings.Contains(body, `"result":{}`) {
		t.Errorf("got %s", body)
	}
	receive(t, w.topics.ended)
	for late := time.Now().Add(patience); ; { // the place is given back beside
		got := try(other, 50)
		if strings.Contains(got, `"result":{}`) {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("after one has ended: got %s", got)
		}
	}
	w.stop()
	for range 150 {
		receive(t, w.topics.ended)
	}
	if n := w.topics.open(); n != 0 {
		t.Errorf("%d are followed after the end", n)
	}
}

// TestSubscriptionsMove has a session served by two replicas: what it is
// subscribed to is followed by the one that has its stream, and by one alone.
func TestSubscriptionsMove(t *testing.T) {
	state := shared.NewMemory(nil)
	share := func(_ *serve.Server, o *serve.Web) { o.State, o.Secret = state, []byte("of this test") }
	here, there := newWeb(t, share), newWeb(t, share)
	session := here.session(t)
	ask := func(w *web, method, uri string) {
		t.Helper()
		status, _, body := w.post(t, "/mcp", session, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"resources/%s","params":{"uri":%q}}`, method, uri))
		if status != 200 || !strings.Contains(body, `"result":{}`) {
			t.Fatalf("%s %s: got %d %s", method, uri, status, body)
		}
	}
	const a, b = "meeting://a", "meeting://b"
	ask(there, "subscribe", a) // before there is a stream
	if got := receive(t, there.topics.began); got != a {
		t.Errorf("%s is followed there", got)
	}
	there.topics.change(a, false)

	ctx, close := context.WithCancel(t.Context())
	defer close()
	stream := here.events(ctx, t, http.MethodGet, session, "")
	if began, ended := receive(t, here.topics.began), receive(t, there.topics.ended); began != a || ended != a {
		t.Errorf("%s is followed here, and %s no more there", began, ended)
	}
	if got := receive(t, stream); !strings.Contains(got, a) {
		t.Errorf("got %s, want what changed before", got)
	}
	ask(there, "subscribe", b) // while there is a stream
	if there, here, no := receive(t, there.topics.began), receive(t, here.topics.began), receive(t, there.topics.ended); there != b || here != b || no != b {
		t.Errorf("%s is followed there, %s here, and %s no more there", there, here, no)
	}
	for _, uri := range []string{b, a} {
		here.topics.change(uri, false)
		if got := receive(t, stream); !strings.Contains(got, uri) {
			t.Errorf("got %s, want %s", got, uri)
		}
	}
	ask(there, "unsubscribe", a)
	if got := receive(t, here.topics.ended); got != a {
		t.Errorf("%s ended, want %s", got, a)
	}
	if here, there := here.topics.open(), there.topics.open(); here != 1 || there != 0 {
		t.Errorf("%d are followed here and %d there, want 1 and none", here, there)
	}

	close()
	here.stop() // and its stream is opened at the other
	if err := receive(t, here.stopped); err != nil {
		t.Error(err)
	}
	here.stopped <- nil // for the end of the test
	receive(t, here.topics.ended)
	again, end := context.WithCancel(t.Context())
	defer end()
	stream = there.events(again, t, http.MethodGet, session, "")
	if got := receive(t, there.topics.began); got != b {
		t.Errorf("%s is followed there", got)
	}
	if got := receive(t, stream); !strings.Contains(got, b) { // it may have changed meanwhile
		t.Errorf("got %s, want %s", got, b)
	}
	there.topics.change(b, false)
	if got := receive(t, stream); !strings.Contains(got, b) {
		t.Errorf("got %s, want %s", got, b)
	}
}
