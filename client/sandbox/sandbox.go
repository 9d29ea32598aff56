// Package sandbox is a Meeting BaaS on loopback: the API's version 1, stateful
// and over real HTTP, with meetings of its own and a clock that can be sped up.
package sandbox

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say how a sandbox behaves. The zero value is a sandbox on a free
// port whose clock stands until Advance.
type Options struct {
	Addr   string       // 127.0.0.1:0 when empty; only loopback is taken
	Data   string       // folder of a person's own meetings, may be empty
	Speed  float64      // how many times faster than the wall the clock runs; 0: only Advance moves it
	Start  time.Time    // what the clock shows first; time.Now when zero
	Quirks []string     // switches, as Quirks lists them
	Faults string       // such as 429=0.1,500=0.05,slow=200ms,cut=0.01,garbage=0.02
	Seed   uint64       // of faults and ids, so that runs repeat
	Log    *slog.Logger // nothing is logged when nil
}

// Sandbox is a running API.
type Sandbox struct {
	options  Options
	log      *slog.Logger
	url      string
	listener net.Listener
	server   *http.Server
	ctx      context.Context // ends with Close
	cancel   context.CancelFunc
	running  sync.WaitGroup // server, requests, clock and deliveries
	quirks   quirks
	routes   []route
	secret   []byte // signs links to files

	advance sync.Mutex // one Advance at a time

	mu       sync.Mutex // of everything below
	clock    clock
	random   *rand.Rand // ids
	accounts map[string]*account
	serial   int64
	meetings []*meeting // nil until loaded
	broken   []error    // files of Data that could not be loaded
	faults   faults
	requests tail[Request]
	outbox   outbox
	closed   bool
}

// account is what one API key sees.
type account struct {
	id      int64
	key     string
	webhook string // of the account; a bot's own goes before it
	bots    []*bot // in the order of their creation
	byID    map[string]*bot

	deletions []time.Time // within the last minute

	calendarState
	zoomState
}

// The keys that exist from the start.
const (
	Key      = "sandbox"
	OtherKey = "sandbox-2"
)

// Start opens a sandbox, which answers when Start returns.
func Start(o Options) (*Sandbox, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Start.IsZero() {
		o.Start = time.Now()
	}
	if o.Speed < 0 {
		return nil, fmt.Errorf("sandbox speed %v: the clock cannot run backwards", o.Speed)
	}
	quirks, err := parseQuirks(o.Quirks)
	if err != nil {
		return nil, err
	}
	faults, err := parseFaults(o.Faults, o.Seed)
	if err != nil {
		return nil, err
	}
	listener, err := listen(o.Addr)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		options: o, log: o.Log, listener: listener, url: "http://" + listener.Addr().String(),
		quirks: quirks, faults: faults, routes: routes(),
		clock:    newClock(o.Start, o.Speed),
		random:   rand.New(rand.NewPCG(o.Seed, 1)),
		accounts: map[string]*account{},
		serial:   900, // so that no id is taken for a count
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.outbox = newOutbox(&s.mu)
	s.secret = []byte(s.newUUID())
	for i, key := range []string{Key, OtherKey} {
		s.accounts[key] = &account{id: int64(i + 7), key: key, byID: map[string]*bot{}}
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.serve), ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)}
	s.running.Go(func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("sandbox stopped", "error", err)
		}
	})
	if o.Speed > 0 {
		s.running.Go(s.runClock)
	}
	return s, nil
}

// listen opens addr, if it is loopback: the sandbox has no real keys.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("sandbox address %q: the sandbox listens on loopback only, such as 127.0.0.1:3001", addr)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("start sandbox: %w", err)
	}
	return listener, nil
}

// URL is where the API answers, such as http://127.0.0.1:3001.
func (s *Sandbox) URL() string { return s.url }

// Close stops the listener, the clock and the deliveries, and waits for them.
func (s *Sandbox) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	err := s.server.Close()
	s.running.Wait()
	s.outbox.client.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("close sandbox: %w", err)
	}
	return nil
}

// SetWebhook sets where events of key's account go, unless a bot names its own
// webhook. The empty URL stops them.
func (s *Sandbox) SetWebhook(key, url string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[key]
	if a == nil {
		return fmt.Errorf("set webhook: no account has the key %q", key)
	}
	a.webhook = url
	return nil
}

// newUUID returns a version 4 UUID; which ones come depends on the seed alone.
func (s *Sandbox) newUUID() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(s.random.Uint32())
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b[:])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// nextSerial returns the next of the small integers that the API gives rows.
func (s *Sandbox) nextSerial() int64 {
	s.serial++
	return s.serial
}
