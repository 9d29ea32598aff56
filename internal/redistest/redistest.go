// Package redistest gives tests a Redis that they can kill and start again.
package redistest

import (
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// patience bounds what a test waits for; nothing takes it when all is well.
const patience = 20 * time.Second

// Store is a Redis that can be killed and started again: the real one where the
// machine has it, else one in this process.
type Store struct {
	Addr string
	dir  string
	real *exec.Cmd
	mini *miniredis.Miniredis
}

// New starts a Redis: the real one, which the machine must have, or one in this
// process.
func New(t testing.TB, real bool) *Store {
	t.Helper()
	s := &Store{dir: t.TempDir()}
	if real {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.Addr = l.Addr().String()
		l.Close()
	} else {
		s.mini = miniredis.NewMiniRedis()
	}
	s.Start(t)
	t.Cleanup(func() { s.Kill(t) })
	return s
}

// Start starts it again where it was.
func (s *Store) Start(t testing.TB) {
	t.Helper()
	if s.mini != nil {
		start := s.mini.Start
		if s.Addr != "" {
			start = func() error { return s.mini.StartAddr(s.Addr) }
		}
		if err := start(); err != nil {
			t.Fatal(err)
		}
		s.Addr = s.mini.Addr()
		return
	}
	host, port, _ := net.SplitHostPort(s.Addr)
	s.real = exec.Command("redis-server", "--bind", host, "--port", port, "--save", "", "--appendonly", "no", "--dir", s.dir)
	if err := s.real.Start(); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", s.Addr)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(late) {
			t.Fatalf("redis does not answer: %v", err)
		}
	}
}

// Kill ends it at once. It forgets all.
func (s *Store) Kill(t testing.TB) {
	t.Helper()
	if s.mini != nil {
		s.mini.Close()
		s.mini.FlushAll() // the real one has nothing on disk either
		return
	}
	if s.real != nil {
		_ = s.real.Process.Kill()
		_ = s.real.Wait() // it was killed
		s.real = nil
	}
}

// Each runs a test against each Redis that there is on this machine.
func Each(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Run("in process", func(t *testing.T) { test(t, New(t, false)) })
	if Real() {
		t.Run("real", func(t *testing.T) { test(t, New(t, true)) })
	}
}

// Real reports whether this machine has a Redis of its own.
func Real() bool {
	_, err := exec.LookPath("redis-server")
	return err == nil
}
