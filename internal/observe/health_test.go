package observe_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/internal/observe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is driven by hand.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(1_700_000_000, c.at.Load()) }

func (c *clock) pass(d time.Duration) { c.at.Add(int64(d)) }

// part is something that a server needs, which may fail.
type part struct {
	broken atomic.Bool
	asked  atomic.Int64
}

func (p *part) run(context.Context) error {
	p.asked.Add(1)
	if p.broken.Load() {
		return errors.New("canary: it does not answer")
	}
	return nil
}

// TestReadiness tells a story of two parts, one of which the server can do without.
func TestReadiness(t *testing.T) {
	t.Parallel()
	var clock clock
	var log bytes.Buffer
	upstream, redis := &part{}, &part{}
	h := observe.NewHealth(clock.now, slog.New(slog.NewTextHandler(&log, nil)),
		observe.Check{Name: "upstream", Holds: 5 * time.Second, Run: upstream.run}, observe.Check{Name: "redis", Optional: true, Run: redis.run})
	for i, step := range []struct {
		upstream, redis bool // broken
		wait            time.Duration
		code            int
		want            string
		log             string
	}{
		{false, false, 0, 200, `{"status":"ready","checks":{"redis":"ok","upstream":"ok"}}`, ""},
		{true, true, 4 * time.Second, 200, `{"status":"degraded","checks":{"redis":"failing","upstream":"ok"}}`, "check=redis"}, // upstream is not looked at yet
		{true, true, time.Second, 503, `{"status":"not ready","checks":{"redis":"failing","upstream":"failing"}}`, "it does not answer"},
		{true, true, 5 * time.Second, 503, `{"status":"not ready","checks":{"redis":"failing","upstream":"failing"}}`, ""}, // told once
		{false, true, 5 * time.Second, 200, `{"status":"degraded","checks":{"redis":"failing","upstream":"ok"}}`, "check=upstream"},
		{false, false, 5 * time.Second, 200, `{"status":"ready","checks":{"redis":"ok","upstream":"ok"}}`, "check=redis"},
	} {
		upstream.broken.Store(step.upstream)
		redis.broken.Store(step.redis)
		clock.pass(step.wait)
		answer := httptest.NewRecorder()
		h.Ready(answer, nil)
		if body := answer.Body.String(); answer.Code != step.code || body != step.want {
			t.Errorf("step %d: got %d %s, want %d %s", i, answer.Code, body, step.code, step.want)
		}
		if !strings.Contains(log.String(), step.log) || step.log == "" && log.Len() > 0 {
			t.Errorf("step %d: the log says %q, want %q", i, log.String(), step.log)
		}
		log.Reset()
	}
	clock.pass(time.Minute)
	before := upstream.asked.Load()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { h.Ready(httptest.NewRecorder(), nil) })
	}
	all.Wait()
	if asked := upstream.asked.Load() - before; asked != 1 {
		t.Errorf("100 who asked at once had %d looks taken", asked)
	}
	h.End()
	answer := httptest.NewRecorder()
	if h.Ready(answer, nil); answer.Code != 503 || !strings.Contains(answer.Body.String(), `"ending"`) {
		t.Errorf("at the end: got %d %s", answer.Code, answer.Body)
	}
}
