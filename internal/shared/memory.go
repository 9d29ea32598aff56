package shared

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// sweepEvery is how often what has run out is dropped from memory.
const sweepEvery = time.Minute

// Memory is State for one replica.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
	windows map[string]*window
	values  map[string]value
	topics  map[string][]*subscriber
	swept   time.Time
}

type bucket struct {
	*rate.Limiter
	full time.Time // when it is as good as new
}

type window struct {
	spent []spending
	per   time.Duration
	until time.Time // before which nothing is free, as others have spent all
}

type spending struct {
	token string
	at    time.Time
}

type value struct {
	data    []byte
	expires time.Time
}

// NewMemory returns an empty state that runs by the clock now, time.Now when nil.
func NewMemory(now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	return &Memory{now: now, buckets: map[string]*bucket{}, windows: map[string]*window{}, values: map[string]value{}, topics: map[string][]*subscriber{}, swept: now()}
}

// Take is State's.
func (m *Memory) Take(_ context.Context, key string, r Rate) (time.Duration, bool) {
	if r.Most == 0 {
		return 0, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.sweep()
	b := m.buckets[key]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(rate.Every(r.Per/time.Duration(r.Most)), r.Most)}
		m.buckets[key] = b
	}
	b.full = now.Add(r.Per)
	taken := b.ReserveN(now, 1)
	if wait := taken.DelayFrom(now); wait > 0 {
		taken.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// Spend is State's.
func (m *Memory) Spend(_ context.Context, key string, r Rate) (token string, free time.Time, ok bool) {
	if r.Most == 0 {
		return "", time.Time{}, true
	}
	token = rand.Text()
	if free, ok = m.spend(key, token, r); !ok {
		return "", free, false
	}
	return token, time.Time{}, true
}

func (m *Memory) spend(key, token string, r Rate) (free time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w, now := m.window(key, r)
	switch n := len(w.spent); {
	case n >= r.Most:
		return w.spent[n-r.Most].at.Add(r.Per), false
	case now.Before(w.until):
		return w.until, false
	}
	w.spent = append(w.spent, spending{token, now})
	return time.Time{}, true
}

// spent takes note of what was spent elsewhere, as well as here.
func (m *Memory) spent(key, token string, r Rate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w, now := m.window(key, r)
	w.spent = append(w.spent, spending{token, now})
}

// block takes note that others have spent all until then.
func (m *Memory) block(key string, r Rate, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w, _ := m.window(key, r)
	w.until = until
}

func (m *Memory) window(key string, r Rate) (*window, time.Time) {
	now := m.sweep()
	w := m.windows[key]
	if w == nil {
		w = &window{}
		m.windows[key] = w
	}
	w.per = r.Per
	w.drop(now)
	return w, now
}

func (w *window) drop(now time.Time) {
	w.spent = slices.DeleteFunc(w.spent, func(s spending) bool { return now.Sub(s.at) >= w.per })
}

// Refund is State's.
func (m *Memory) Refund(_ context.Context, key, token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.windows[key]; w != nil {
		w.spent = slices.DeleteFunc(w.spent, func(s spending) bool { return s.token == token })
		w.until = time.Time{}
	}
}

// Once is State's.
func (m *Memory) Once(_ context.Context, key string, ttl time.Duration) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.sweep()
	if v, known := m.values[key]; known && now.Before(v.expires) {
		return false
	}
	m.values[key] = value{nil, now.Add(ttl)}
	return true
}

// Set is State's.
func (m *Memory) Set(_ context.Context, key string, data []byte, ttl time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = value{slices.Clone(data), m.sweep().Add(ttl)}
}

// Get is State's.
func (m *Memory) Get(_ context.Context, key string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, known := m.values[key]; known && m.now().Before(v.expires) {
		return slices.Clone(v.data)
	}
	return nil
}

// sweep drops what has run out, once in a while, and returns the time.
func (m *Memory) sweep() time.Time {
	now := m.now()
	if now.Sub(m.swept) < sweepEvery {
		return now
	}
	m.swept = now
	for key, b := range m.buckets {
		if !now.Before(b.full) {
			delete(m.buckets, key)
		}
	}
	for key, w := range m.windows {
		if w.drop(now); len(w.spent) == 0 && !now.Before(w.until) {
			delete(m.windows, key)
		}
	}
	for key, v := range m.values {
		if !now.Before(v.expires) {
			delete(m.values, key)
		}
	}
	return now
}

// subscriber is a queue between who publishes and a receiver, who may be slow.
type subscriber struct {
	mu     sync.Mutex
	queue  [][]byte
	ready  chan struct{} // holds one when the queue may not be empty
	closed chan struct{}
}

// Publish is State's.
func (m *Memory) Publish(_ context.Context, topic string, message []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.topics[topic] {
		s.put(slices.Clone(message))
	}
}

func (s *subscriber) put(message []byte) {
	s.mu.Lock()
	s.queue = append(s.queue, message)
	s.mu.Unlock()
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// Subscribe is State's.
func (m *Memory) Subscribe(topic string, receive func([]byte)) (stop func()) {
	s := &subscriber{ready: make(chan struct{}, 1), closed: make(chan struct{})}
	m.mu.Lock()
	m.topics[topic] = append(m.topics[topic], s)
	m.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-s.closed:
				return
			case <-s.ready:
			}
			s.mu.Lock()
			queue := s.queue
			s.queue = nil
			s.mu.Unlock()
			for _, message := range queue {
				receive(message)
			}
		}
	}()
	return sync.OnceFunc(func() {
		m.mu.Lock()
		m.topics[topic] = slices.DeleteFunc(m.topics[topic], func(other *subscriber) bool { return other == s })
		if len(m.topics[topic]) == 0 {
			delete(m.topics, topic)
		}
		m.mu.Unlock()
		close(s.closed)
		<-done
	})
}

// Ready is State's: one replica shares with itself.
func (m *Memory) Ready(context.Context) error { return nil }

// Losses is State's.
func (m *Memory) Losses() int64 { return 0 }

// Close is State's.
func (m *Memory) Close() error { return nil }
