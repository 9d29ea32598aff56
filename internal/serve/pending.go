package serve

import (
	"context"
	"strings"
	"sync"
)

// pending counts requests that were read and are not answered yet.
type pending struct {
	mu    sync.Mutex
	open  map[string]int
	total int
	idle  chan struct{} // closed when total falls to 0; nil while it is
}

func (p *pending) add(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total == 0 {
		p.open, p.idle = map[string]int{}, make(chan struct{})
	}
	p.open[key]++
	p.total++
}

// done ends a request, if it is open.
func (p *pending) done(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[key] > 0 {
		p.remove(key, 1)
	}
}

// drop ends all requests whose keys start with prefix.
func (p *pending) drop(prefix string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, n := range p.open {
		if strings.HasPrefix(key, prefix) {
			p.remove(key, n)
		}
	}
}

func (p *pending) remove(key string, n int) {
	if p.open[key] -= n; p.open[key] == 0 {
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
