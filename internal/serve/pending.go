package serve

import (
	"context"
	"strings"
	"sync"
)

// pending counts requests that were read and are not answered yet.
type pending struct {
	mu    sync.Mutex
	open  map[string][]func() // what is called when one ends
	total int
	idle  chan struct{} // closed when total falls to 0; nil while it is
}

// add counts a request until done is called with the same key, and ended, which
// may be nil, with it.
func (p *pending) add(key string, ended func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total == 0 {
		p.open, p.idle = map[string][]func(){}, make(chan struct{})
	}
	p.open[key] = append(p.open[key], ended)
	p.total++
}

// done ends a request, if it is open.
func (p *pending) done(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(key, 1)
}

// drop ends all requests whose keys start with prefix.
func (p *pending) drop(prefix string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, open := range p.open {
		if strings.HasPrefix(key, prefix) {
			p.remove(key, len(open))
		}
	}
}

func (p *pending) remove(key string, n int) {
	open := p.open[key]
	if len(open) == 0 {
		return
	}
	for _, ended := range open[:n] {
		if ended != nil {
			ended()
		}
	}
	if p.open[key] = open[n:]; len(open) == n {
		delete(p.open, key)
	}
	if p.total -= n; p.total == 0 {
		close(p.idle)
		p.idle = nil
	}
}

func (p *pending) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total
}

// wait returns when nothing is open, or ctx ends first.
func (p *pending) wait(ctx context.Context) error {
	p.mu.Lock()
	idle := p.idle
	p.mu.Unlock()
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
