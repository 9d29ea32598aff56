package redistest

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// Spy stands between clients and the store. It answers its address, and all
// that has gone either way.
func (s *Store) Spy(t *testing.T) (addr string, wire func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		group.Wait()
	})
	var seen log
	group.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", s.Addr)
			if err != nil {
				c.Close()
				return
			}
			pass := func(to, from net.Conn) {
				_, _ = io.Copy(io.MultiWriter(to, &seen), from) // until either side is gone
				to.Close()
			}
			group.Go(func() { pass(up, c) })
			group.Go(func() { pass(c, up) })
		}
	})
	return l.Addr().String(), seen.String
}

// log is written from several sides.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
