// Package lru keeps what was used last, as much as fits a bound of memory.
package lru

import (
	"fmt"
	"math"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Cache holds values by key: those that were used last, up to a number of
// bytes. Many may use it at once.
type Cache[K comparable, V any] struct {
	most int

	mu    sync.Mutex
	bytes int
	held  *simplelru.LRU[K, sized[V]]
}

type sized[V any] struct {
	value V
	bytes int
}

// New returns a cache of so many bytes at most.
func New[K comparable, V any](bytes int) *Cache[K, V] {
	c := &Cache[K, V]{most: bytes}
	held, err := simplelru.NewLRU(math.MaxInt, func(_ K, v sized[V]) { c.bytes -= v.bytes })
	if err != nil {
		panic(fmt.Sprintf("lru: %v", err)) // refuses only sizes below one
	}
	c.held = held
	return c
}

// Get answers the value of a key, if it is still held.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, held := c.held.Get(key)
	return v.value, held
}

// Add holds a value that takes about so many bytes, in the place of the key's
// last. One that is larger than the whole cache is not held.
func (c *Cache[K, V]) Add(key K, value V, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held.Remove(key)
	if bytes > c.most {
		return
	}
	for c.bytes+bytes > c.most {
		c.held.RemoveOldest()
	}
	c.held.Add(key, sized[V]{value, bytes})
	c.bytes += bytes
}

// Remove forgets a key.
func (c *Cache[K, V]) Remove(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held.Remove(key)
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held.Purge()
}
