package lru_test

import (
	"sync"
	"testing"

	"github.com/meetmcp/meetmcp/internal/lru"
)

func TestCache(t *testing.T) {
	t.Parallel()
	c := lru.New[string, int](10)
	held := func(want string) {
		t.Helper()
		got := ""
		for _, key := range []string{"a", "b", "c", "d"} {
			if _, ok := c.Get(key); ok {
				got += key
			}
		}
		if got != want {
			t.Errorf("held: got %q, want %q", got, want)
		}
	}
	c.Add("a", 1, 4)
	c.Add("b", 2, 4)
	held("ab")
	c.Get("a") // used after b
	c.Add("c", 3, 4)
	held("ac")
	c.Add("a", 9, 2)
	if v, ok := c.Get("a"); !ok || v != 9 {
		t.Errorf("replaced: got %d, %v", v, ok)
	}
	c.Add("d", 4, 4)
	held("acd")
	c.Add("c", 5, 11) // too large, and the old value is not right any more
	held("ad")
	c.Remove("a")
	c.Remove("a")
	held("d")
	c.Add("b", 1, 6)
	held("bd")
	c.Clear()
	held("")
	c.Add("a", 1, 10)
	held("a")
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := lru.New[int, int](100)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 1000 {
				c.Add(i%50, i%50, 1+i%7)
				if v, ok := c.Get((i + n) % 50); ok && v != (i+n)%50 {
					t.Errorf("got %d for %d", v, (i+n)%50)
				}
				if i%100 == n {
					c.Remove(i % 50)
				}
			}
		})
	}
	all.Wait()
}
