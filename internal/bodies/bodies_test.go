package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/meetmcp/meetmcp/internal/bodies"
	"github.com/meetmcp/meetmcp/internal/work"
)

var (
	home    = netip.MustParseAddr("192.0.2.1")
	another = netip.MustParseAddr("192.0.2.2")
	third   = netip.MustParseAddr("192.0.2.3")
)

// answer notes the deadlines that are set.
type answer struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (a *answer) SetReadDeadline(at time.Time) error {
	a.deadlines = append(a.deadlines, at)
	return nil
}

// request has a body of so many bytes, whose length is announced or not.
func request(size int, announced bool) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", size)))
	if !announced {
		r.ContentLength = -1
	}
	return r
}

// TestLimits tells a story of bodies that are opened, read whole and held.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := work.NewPool(1, 8<<20)
		gate := bodies.New(bodies.Limits{Caller: 2, Address: 3, All: 4, CallerBytes: 1 << 20, AddressBytes: 3 << 19, AllBytes: 5 << 19, Minute: 3 << 20}, pool)
		var closing, giving []func()
		for i, step := range []struct {
			caller    string
			address   netip.Addr
			size      int
			announced bool
			held      bool          // and not closed yet
			wait      time.Duration // before
			refused   string
			everybody bool
		}{
			{caller: "a", address: home, size: 100, announced: true},
			{caller: "a", address: home, size: 1 << 19},
			{caller: "a", address: home, size: 1 << 20, announced: true, refused: "You send too many large messages"}, // it takes more room while it grows
			{caller: "a", address: home, size: 1 << 20, refused: "You send too many large messages"},
			{caller: "a", address: home, size: 1000, announced: true, held: true}, // there is always room for a small one
			{caller: "a", address: home, size: 1000, announced: true, held: true},
			{caller: "a", address: another, size: 1000, announced: true, refused: "You send too many messages at once"},
			{caller: "b", address: home, size: 1000, held: true},
			{caller: "b", address: home, size: 1000, refused: "Too many messages come from this address"},
			{caller: "b", address: another, size: 900_000, held: true},
			{caller: "c", address: another, size: 1, refused: "as many messages as it can", everybody: true},
			{caller: "a", address: home, size: 3 << 20, announced: true, wait: -1, refused: "You send more than 3 MB a minute"},
			{caller: "c", address: home, size: 900_000, wait: time.Minute, refused: "Too many large messages come from this address"},
			{caller: "d", address: third, size: 900_000, refused: "as many large messages as it can", everybody: true},
			{caller: "a", address: another, size: 5 << 20, announced: true, refused: "more than"},
			{caller: "a", address: another, size: 5 << 20, refused: "You send too many large messages"},
		} {
			if step.wait != 0 {
				for _, end := range closing {
					end()
				}
				closing = nil
				time.Sleep(step.wait)
			}
			w := &answer{ResponseRecorder: httptest.NewRecorder()}
			body, err := gate.Open(w, request(step.size, step.announced), step.caller, step.address, 4<<20)
			if err == nil {
				var raw []byte
				var release func()
				if raw, release, err = body.All(); err == nil {
					giving = append(giving, release)
					if len(raw) != step.size {
						t.Errorf("step %d: read %d bytes", i, len(raw))
					}
				}
				if step.held {
					closing = append(closing, body.Close)
				} else {
					body.Close()
				}
			}
			var busy *work.Busy
			switch {
			case step.refused == "" && err == nil:
			case err == nil || !strings.Contains(err.Error(), step.refused) || step.refused == "":
				t.Errorf("step %d: got %v, want %q", i, err, step.refused)
			case errors.As(err, &busy) && (busy.Everybody != step.everybody || busy.RetryAfter <= 0):
				t.Errorf("step %d: got %+v", i, busy)
			}
		}
		if use := gate.Use(); use.Refused != 9 || use.Bytes == 0 || pool.Use().Bytes != use.Bytes {
			t.Errorf("in use: %+v, in the pool %+v", use, pool.Use())
		}
		for _, give := range giving {
			give()
			give()
		}
		if use := gate.Use(); use.Bytes != 0 || use.Bodies != 0 || pool.Use().Bytes != 0 {
			t.Errorf("left: %+v, in the pool %+v", use, pool.Use())
		}
	})
}

// TestPace looks at the deadlines of bodies that come slowly.
func TestPace(t *testing.T) {
	for _, row := range []struct {
		size   int
		within time.Duration // of its beginning
	}{{10, 5 * time.Second}, {160 << 10, 15 * time.Second}, {4 << 20, 30 * time.Second}} {
		gate := bodies.New(bodies.Limits{}, work.NewPool(1, 8<<20))
		w := &answer{ResponseRecorder: httptest.NewRecorder()}
		began := time.Now()
		body, err := gate.Open(w, request(row.size, true), "a", home, 4<<20)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := body.All(); err != nil {
			t.Fatal(err)
		}
		first, last := w.deadlines[0].Sub(began).Round(time.Second), w.deadlines[len(w.deadlines)-1].Sub(began).Round(time.Second)
		if first != 5*time.Second || last != row.within {
			t.Errorf("%d bytes: they have %v, then %v, want 5s, then %v", row.size, first, last, row.within)
		}
	}
}

// TestBroken has a body break off.
func TestBroken(t *testing.T) {
	pool := work.NewPool(1, 8<<20)
	gate := bodies.New(bodies.Limits{AllBytes: 8 << 20}, pool)
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), iotest.ErrReader(io.ErrUnexpectedEOF)))
	body, err := gate.Open(&answer{ResponseRecorder: httptest.NewRecorder()}, r, "a", home, 4<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = body.All(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	body.Close()
	if use := gate.Use(); use.Bytes != 0 || use.Bodies != 0 || pool.Use().Bytes != 0 {
		t.Errorf("left: %+v, in the pool %+v", use, pool.Use())
	}
}
