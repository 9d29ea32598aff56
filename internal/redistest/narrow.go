package redistest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Narrow stands between clients and the store. Of what comes over one connection
// it passes on so many bytes, and then nothing more: the rest never arrives.
func (s *Store) Narrow(t *testing.T, most int64) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	group.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", s.Addr)
			if err != nil {
				from.Close()
				continue
			}
			mu.Lock()
			open = append(open, from, to)
			mu.Unlock()
			group.Go(func() { _, _ = io.CopyN(to, from, most) }) // either may break
			group.Go(func() { _, _ = io.Copy(from, to) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		group.Wait()
	})
	return l.Addr().String()
}
