package cli_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/internal/hostile"
	"github.com/meetmcp/meetmcp/internal/redistest"
)

// TestGuests does in this process what hostile guests do, each thing once, and
// looks at what the server counts: no more is held than may be, what exceeds it
// is refused, and nothing is left when the guests have gone. Another caller is
// served all the while.
func TestGuests(t *testing.T) {
	inputs := hostile.All()
	h := &house{}
	api := h.upstream(t, inputs)
	redis := redistest.New(t, false)
	metrics := make([]string, 2)
	for i, r := range []**replica{&h.here, &h.there} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		l.Close()
		_, log, _ := serving(t, []string{"MEETING_BAAS_BASE_URL=" + api, "MEETMCP_MASTER_KEYS=a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
			"--addr", address, "--auth", "key", "--redis", "redis://"+redis.Addr, "--public-url", "http://"+address, "--take-webhooks",
			"--trusted-proxies", "127.0.0.1", "--metrics-addr", "127.0.0.1:0", "--call-limit", "30s", "--max-bots-per-hour", "0")
		*r = &replica{url: "http://" + address, log: log}
		metrics[i] = "http://" + log.find(t, `serving metrics address=(\S+)`)
	}
	v := h.victim(t)
	living, rest := context.WithCancel(t.Context())
	var others, kinds sync.WaitGroup
	others.Go(func() { v.live(living) })
	others.Go(func() {
		for tick := time.NewTicker(100 * time.Millisecond); living.Err() == nil; <-tick.C {
			for _, from := range metrics {
				now := counted(t, from)
				if now["content_bytes"] > 256<<20 || now["bodies_bytes"] > 48<<20 {
					t.Errorf("held: %.0f bytes of content, %.0f of messages", now["content_bytes"], now["bodies_bytes"])
				}
			}
		}
	})
	for kind := hostile.Computing; kind <= hostile.Replicas; kind++ {
		kinds.Go(func() {
			for i, in := range inputs {
				if in.Kind != kind {
					continue
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				g := h.guest(ctx, fmt.Sprintf("key-of-guest-%d", i), fmt.Sprintf("198.51.100.%d", i))
				if err := in.Do(ctx, g); err != nil {
					t.Errorf("%s: %v", in.Name, err)
				}
				cancel()
				g.HTTP.CloseIdleConnections()
			}
		})
	}
	kinds.Wait()
	rest()
	others.Wait()
	for _, err := range v.errs {
		t.Errorf("another caller: %s", err)
	}
	for i, from := range metrics {
		var left map[string]float64
		for late := time.Now().Add(40 * time.Second); time.Now().Before(late); time.Sleep(50 * time.Millisecond) {
			if left = counted(t, from); left["content_bytes"]+left["bodies"]+left["bodies_bytes"]+left["turns_waiting"] == 0 {
				break
			}
		}
		for _, name := range []string{"content_bytes", "bodies", "bodies_bytes", "turns_waiting"} {
			if n, ok := left[name]; !ok || n != 0 {
				t.Errorf("replica %d: %s is %v (known: %t) when the guests have gone", i, name, n, ok)
			}
		}
		if i == 0 && (left["bodies_refused_total"] == 0 || left["turns_total"] == 0) {
			t.Errorf("nothing was refused, or nobody was given a turn: %v", left)
		}
	}
}

// counted is what a server's metrics say, labels added up.
func counted(t testing.TB, metrics string) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)^(\w+)(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(fetched(t, metrics+"/metrics"), -1) {
		value, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Error(err)
		}
		all[strings.TrimPrefix(m[1], "meetmcp_")] += value
	}
	return all
}

// fetched is what is at an address.
func fetched(t testing.TB, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}
