package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/hostile"
	"github.com/meetmcp/meetmcp/internal/redistest"
)

// only picks the inputs of BenchmarkGuests by a part of their names.
var only = flag.String("only", "", "of the inputs of BenchmarkGuests: those whose names match this")

const (
	victimKey  = "key-of-the-victim"
	guestLimit = 6 * time.Second // --call-limit
	inputLimit = 8 * time.Second // of one input
)

// house is two replicas of a hosted server, with a Redis between them where the
// machine has one, before an API in which guests have meetings of their own.
type house struct {
	here, there *replica
	bots        map[string]string
	webhooks    sync.Map // by key: where the API would post a caller's events
}

func openHouse(t testing.TB, inputs []hostile.Input) *house {
	t.Helper()
	h := &house{}
	api := h.upstream(t, inputs)
	redis := ""
	if redistest.Real() {
		redis = "redis://" + redistest.New(t, true).Addr
	}
	h.here = h.start(t, api, redis)
	h.there = h.here
	if redis != "" {
		h.there = h.start(t, api, redis)
	}
	return h
}

// upstream is the address of the API, with what guests had recorded.
func (h *house) upstream(t testing.TB, inputs []hostile.Input) string {
	t.Helper()
	planted := t.TempDir()
	var err error
	if h.bots, err = hostile.Plant(planted, inputs, time.Now()); err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(h.api(t, h.sandbox(t, planted), h.sandbox(t, "")))
	t.Cleanup(api.Close)
	return api.URL
}

func (h *house) sandbox(t testing.TB, data string) *url.URL {
	t.Helper()
	box, err := sandbox.Start(sandbox.Options{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range box.Load() {
		t.Error(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	to, err := url.Parse(box.URL())
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// api passes on what guests ask to one sandbox, and what others ask to another.
func (h *house) api(t testing.TB, guests, others *url.URL) http.Handler {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	quiet := log.New(io.Discard, "", 0) // of calls that were given up
	return &httputil.ReverseProxy{Transport: transport, ErrorLog: quiet, Rewrite: func(p *httputil.ProxyRequest) {
		key := p.In.Header.Get(client.KeyHeader)
		to := guests
		if key == victimKey {
			to = others
		}
		p.SetURL(to)
		p.Out.Header.Set(client.KeyHeader, sandbox.Key)
		if p.In.Method != http.MethodPost {
			return
		}
		body, _ := io.ReadAll(p.In.Body) // what is missing of it is refused
		p.Out.Body = io.NopCloser(bytes.NewReader(body))
		var join struct {
			WebhookURL string `json:"webhook_url"`
		}
		if json.Unmarshal(body, &join) == nil && join.WebhookURL != "" {
			h.webhooks.Store(key, join.WebhookURL)
		}
	}}
}

func (h *house) start(t testing.TB, api, redis string) *replica {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	one := &replica{log: &buffer{grew: make(chan struct{}, 1)}, url: "http://" + address}
	args := []string{"serve", "--addr", address, "--drain-delay", "0s", "--auth", "key", "--public-url", one.url, "--take-webhooks", "--trusted-proxies", "127.0.0.1",
		"--metrics-addr", "127.0.0.1:0", "--call-limit", guestLimit.String(), "--max-bots-per-hour", "0"}
	if redis != "" {
		args = append(args, "--redis", redis)
	}
	one.Cmd = exec.Command(os.Args[0], args...)
	one.Env = []string{asProgram + "=1", "MEETING_BAAS_BASE_URL=" + api, "MEETMCP_MASTER_KEYS=a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
	one.Stdout, one.Stderr = one.log, one.log
	if err := one.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.kill)
	one.log.find(t, `listening=(\S+)`)
	return one
}

// resident is the memory of a process now, in MB.
func resident(t testing.TB, process int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		t.Fatalf("the server is gone: %v", err)
	}
	kb, err := strconv.Atoi(string(regexp.MustCompile(`VmRSS:\s+(\d+)`).FindSubmatch(status)[1]))
	if err != nil {
		t.Fatal(err)
	}
	return float64(kb) / 1024
}

// guest is a caller with an account of its own, whose bots report to the server.
func (h *house) guest(ctx context.Context, key, from string) *hostile.Guest {
	g := &hostile.Guest{Address: h.here.url, Other: h.there.url, Key: key, From: from, Bots: h.bots, HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	_, _ = g.Call(ctx, "join_meeting", map[string]any{"meeting_url": "https://meet.google.com/abc-defg-hij", "bot_name": "Ada"})
	g.Webhook = h.here.url + "/webhooks/none"
	if address, ok := h.webhooks.Load(key); ok {
		g.Webhook = address.(string)
	}
	return g
}

// victim is a caller who reads and searches at a steady pace.
type victim struct {
	*hostile.Guest
	bots []string
	took []time.Duration
	errs []string
}

func (h *house) victim(t testing.TB) *victim {
	v := &victim{Guest: h.guest(t.Context(), victimKey, "203.0.113.1")}
	answer, err := v.Call(t.Context(), "list_bots", map[string]any{"limit": 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"bot_id":"([^"]+)","title":"[^"]*","state":"ended"`).FindAllSubmatch(answer.Body, -1) {
		v.bots = append(v.bots, string(m[1]))
	}
	if len(v.bots) == 0 {
		for _, m := range regexp.MustCompile(`bot_id ([0-9a-f-]{36})`).FindAllSubmatch(answer.Body, -1) {
			v.bots = append(v.bots, string(m[1]))
		}
	}
	if len(v.bots) == 0 {
		t.Fatalf("no bots: %s", answer.Body)
	}
	return v
}

// live reads and searches until ctx ends.
func (v *victim) live(ctx context.Context) {
	v.took, v.errs = nil, nil
	pace := time.NewTicker(250 * time.Millisecond)
	defer pace.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
		tool, args := "get_transcript", map[string]any{"bot_id": v.bots[i/3%min(5, len(v.bots))], "max_tokens": 2000}
		switch i % 3 {
		case 1:
			tool, args = "search_transcripts", map[string]any{"query": "decided on friday"}
		case 2:
			tool, args = "list_bots", map[string]any{"limit": 10}
		}
		began := time.Now()
		answer, err := v.Call(context.WithoutCancel(ctx), tool, args)
		v.took = append(v.took, time.Since(began))
		if err != nil || answer.Status != http.StatusOK || bytes.Contains(answer.Body, []byte(`"isError":true`)) {
			v.errs = append(v.errs, fmt.Sprintf("%s: %d %.200s %v", tool, answer.Status, answer.Body, err))
		}
	}
}

func p99(took []time.Duration) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[(len(sorted)*99-1)/100]
}

// BenchmarkGuests has four guests at once do each thing that hostile guests do,
// while another caller reads and searches. It tells of each input how long the
// other caller waited at the 99th percentile and the guests at most, and the
// memory of the process.
//
//	go test ./internal/cli -run '^$' -bench Guests -benchtime 1x -timeout 30m
func BenchmarkGuests(b *testing.B) {
	inputs := slices.DeleteFunc(hostile.All(), func(in hostile.Input) bool { return !regexp.MustCompile(*only).MatchString(in.Name) })
	h := openHouse(b, inputs)
	v := h.victim(b)
	idle, stop := context.WithTimeout(b.Context(), 6*time.Second)
	v.live(idle) // until it has read them all
	stop()
	idle, stop = context.WithTimeout(b.Context(), 10*time.Second)
	v.live(idle)
	stop()
	allowed := max(time.Second, 5*p99(v.took))
	b.Logf("idle: p99 %v of %d calls, so %v is allowed; %.0f MB", p99(v.took).Round(time.Millisecond), len(v.took), allowed, resident(b, h.here.Process.Pid))
	var all []time.Duration
	var worst time.Duration
	var most float64
	for i, in := range inputs {
		took, slowest, memory := h.suffer(b, v, i, in)
		verdict := "ok"
		if p99(took) > allowed || slowest > guestLimit+time.Second || memory > 1024 || len(v.errs) > 0 {
			verdict = "TOO MUCH"
			b.Fail()
		}
		b.Logf("%-8s kind %d %-55s victim p99 %6d ms of %2d, %d errors; guests at most %5d ms; %4.0f MB %s", verdict, in.Kind, in.Name,
			p99(took).Milliseconds(), len(took), len(v.errs), slowest.Milliseconds(), memory, strings.Join(v.errs[:min(1, len(v.errs))], ""))
		all, worst, most = append(all, took...), max(worst, slowest), max(most, memory)
	}
	b.ReportMetric(float64(p99(all).Milliseconds()), "victim-p99-ms")
	b.ReportMetric(float64(worst.Milliseconds()), "guest-max-ms")
	b.ReportMetric(most, "peak-MB")
}

// suffer has four guests do one thing, and returns how long the victim's calls
// took, the longest answer to a guest, and the most memory of a replica.
func (h *house) suffer(b testing.TB, v *victim, number int, in hostile.Input) (took []time.Duration, slowest time.Duration, memory float64) {
	ctx, cancel := context.WithTimeout(b.Context(), inputLimit)
	defer cancel()
	guests := make([]*hostile.Guest, 4)
	var longest atomic.Int64
	for i := range guests {
		guests[i] = h.guest(ctx, fmt.Sprintf("key-of-guest-%d-%d", number, i), fmt.Sprintf("198.51.100.%d", 1+i))
		guests[i].Took = func(d time.Duration) {
			for old := longest.Load(); int64(d) > old && !longest.CompareAndSwap(old, int64(d)); old = longest.Load() {
			}
		}
	}
	living, rest := context.WithCancel(ctx)
	var group, others sync.WaitGroup
	others.Go(func() { v.live(living) })
	var peak atomic.Uint64
	others.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); living.Err() == nil; <-tick.C {
			for _, r := range []*replica{h.here, h.there} {
				peak.Store(max(peak.Load(), uint64(resident(b, r.Process.Pid))))
			}
		}
	})
	began := time.Now()
	for _, g := range guests {
		group.Go(func() {
			if err := in.Do(ctx, g); err != nil {
				b.Errorf("%s: %v", in.Name, err)
			}
		})
	}
	group.Wait()
	if early := 3*time.Second - time.Since(began); early > 0 && ctx.Err() == nil { // what the guests began may go on
		time.Sleep(early)
	}
	rest()
	others.Wait()
	for _, g := range guests {
		g.HTTP.CloseIdleConnections()
	}
	return v.took, time.Duration(longest.Load()), float64(peak.Load())
}
