package cli_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
)

// soak is how long BenchmarkSoak goes on. Callers who never pause do in five
// minutes what people do in an hour and more.
var soak = flag.Duration("soak", 10*time.Second, "of BenchmarkSoak")

// BenchmarkSoak has 64 callers, each with a key of their own, do all that callers
// do to a hosted server in another process, for as long as -soak says. It tells
// the heap (after two collections, while nobody calls) and the memory of the
// process after a fifth of the time, near its end and when all have left, and the 99th percentile of the
// calls' times in the second tenth of the time and in the last.
//
//	go test ./internal/cli -run '^$' -bench Soak -benchtime 1x -args -soak 5m
func BenchmarkSoak(b *testing.B) {
	for range b.N {
		soaked(b)
	}
}

func soaked(b *testing.B) {
	const callers = 64
	url, metrics, profiles := hosted(b)
	began := time.Now()
	var group sync.WaitGroup
	var work sync.RWMutex // held alone while something is measured, so that nothing is under way
	all := make([]*regular, callers)
	for i := range all {
		all[i] = &regular{b: b, url: url, random: rand.New(rand.NewPCG(7, uint64(i))), http: &http.Client{Transport: &http.Transport{}},
			header: http.Header{client.KeyHeader: {fmt.Sprintf("key-of-caller-%d", i)}, "Content-Type": {"application/json"}}}
		group.Go(func() {
			all[i].open()
			for at := time.Since(began); at < *soak && !b.Failed(); at = time.Since(began) {
				work.RLock()
				all[i].act(at)
				work.RUnlock()
			}
			all[i].close()
		})
	}
	at := func(when time.Duration) map[string]float64 {
		time.Sleep(time.Until(began.Add(when)))
		work.Lock()
		defer work.Unlock()
		return measured(b, metrics, profiles)
	}
	early, late := at(*soak/5), at(*soak*19/20)
	group.Wait()
	left := measured(b, metrics, profiles)
	var calls int
	p99 := func(from, to time.Duration) float64 {
		var took []time.Duration
		for _, r := range all {
			for _, c := range r.calls {
				if c.at >= from && c.at < to {
					took = append(took, c.took)
				}
			}
		}
		slices.Sort(took)
		return float64(took[len(took)*99/100].Microseconds()) / 1000
	}
	for _, r := range all {
		calls += len(r.calls)
	}
	b.ReportMetric(float64(calls), "calls")
	b.ReportMetric(p99(*soak/10, *soak/5), "early-p99-ms")
	b.ReportMetric(p99(*soak*9/10, *soak), "late-p99-ms")
	for name, at := range map[string]map[string]float64{"early": early, "late": late, "left": left} {
		b.ReportMetric(at["go_memstats_heap_alloc_bytes"]/(1<<20), name+"-heap-MB")
		b.ReportMetric(at["process_resident_memory_bytes"]/(1<<20), name+"-rss-MB")
		b.ReportMetric(at["go_goroutines"], name+"-goroutines")
	}
	b.ReportMetric(left["open"], "left-open")
}

// hosted starts a server in a process of its own.
func hosted(b *testing.B) (url, metrics, profiles string) {
	box, env := upstreamAPI(b, "")
	api := httptest.NewServer(anyKey(b, box))
	b.Cleanup(api.Close)
	log := &buffer{grew: make(chan struct{}, 1)}
	c := exec.Command(os.Args[0], "serve", "--addr", "127.0.0.1:0", "--drain-delay", "0s", "--auth", "key", "--metrics-addr", "127.0.0.1:0", "--pprof-addr", "127.0.0.1:0",
		"--audit-log", filepath.Join(b.TempDir(), "audit.jsonl"), "--confirm", "never", "--max-bots-per-hour", "0", "--log-level", "info",
		"--limit-reads", "1000000", "--limit-writes", "1000000", "--limit-address", "10000000")
	c.Env = append(env, "MEETING_BAAS_BASE_URL="+api.URL, asProgram+"=1")
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	})
	return "http://" + log.find(b, `listening=(\S+)`), "http://" + log.find(b, `serving metrics address=(\S+)`), "http://" + log.find(b, `serving profiles address=(\S+)`)
}

// measured is what the server's metrics say after two collections.
func measured(b *testing.B, metrics, profiles string) map[string]float64 {
	b.Helper()
	for range 2 {
		fetched(b, profiles+"/debug/pprof/heap?gc=1")
	}
	return counted(b, metrics)
}

// regular is a caller who does all that callers do.
type regular struct {
	b      *testing.B
	url    string
	http   *http.Client
	header http.Header
	random *rand.Rand
	bots   []string
	id     int
	calls  []timed
}

type timed struct{ at, took time.Duration }

func (r *regular) send(method, path, body string) (http.Header, string) {
	request, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.b.Error(err)
		return nil, ""
	}
	request.Header = r.header.Clone()
	resp, err := r.http.Do(request)
	if err != nil {
		r.b.Error(err)
		return nil, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 400 {
		r.b.Errorf("%s %s: %d %s, %v", method, path, resp.StatusCode, text, err)
	}
	return resp.Header, string(text)
}

func (r *regular) message(method, params string) string {
	r.id++
	_, text := r.send("POST", "/mcp", fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, r.id, method, params))
	return text
}

func (r *regular) call(tool, args string) string {
	return r.message("tools/call", fmt.Sprintf(`{"name":%q,"arguments":%s}`, tool, args))
}

func (r *regular) open() {
	r.header.Del("Mcp-Session-Id")
	header, _ := r.send("POST", "/mcp", helloJSON)
	r.header.Set("Mcp-Session-Id", header.Get("Mcp-Session-Id"))
	if r.bots != nil {
		return
	}
	var list struct {
		Result struct {
			StructuredContent struct {
				Bots []struct {
					BotID string `json:"bot_id"`
					State string `json:"state"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(r.call("list_bots", `{"limit":50}`)), &list); err != nil {
		r.b.Error(err)
	}
	r.bots = []string{"latest"}
	for _, bot := range list.Result.StructuredContent.Bots {
		if bot.State == "ended" {
			r.bots = append(r.bots, bot.BotID)
		}
	}
}

func (r *regular) close() {
	r.send("DELETE", "/mcp", "")
	r.http.CloseIdleConnections()
}

// act is one thing that a caller does.
func (r *regular) act(at time.Duration) {
	bot := r.bots[r.random.IntN(len(r.bots))]
	word := []string{"dishwasher", "decided", "budget friday", "who owns the plan", "next week", "deploy"}[r.random.IntN(6)]
	began := time.Now()
	switch r.random.IntN(20) {
	case 0, 1, 2, 3:
		r.call("list_bots", `{"limit":10}`)
	case 4, 5, 6, 7:
		r.call("get_transcript", fmt.Sprintf(`{"bot_id":%q,"max_tokens":4000}`, bot))
	case 8, 9, 10:
		r.call("search_transcripts", fmt.Sprintf(`{"query":%q}`, word))
	case 11:
		r.call("summarize_meeting", fmt.Sprintf(`{"bot_id":%q,"focus":%q}`, bot, word))
	case 12:
		r.call("verify_claims", fmt.Sprintf(`{"bot_id":%q,"claims":["Somebody owns the dishwasher.","They decided on %d euros."]}`, bot, r.random.IntN(1000)))
	case 13:
		r.call("get_meeting_data", fmt.Sprintf(`{"bot_id":%q}`, bot))
	case 14:
		r.message("tools/list", `{}`)
	case 15:
		r.message("resources/list", `{}`)
	case 16:
		r.call("leave_meeting", fmt.Sprintf(`{"bot_id":%q}`, r.bots[len(r.bots)-1])) // which it has left
	case 17:
		r.call("no_such_tool", `{"x":[1,2,3]}`)
	case 18:
		r.close()
		r.open()
	case 19:
		r.stream()
	}
	r.calls = append(r.calls, timed{at, time.Since(began)})
}

// stream opens an event stream, makes a call over it, and closes it.
func (r *regular) stream() {
	request, err := http.NewRequest("GET", r.url+"/sse", nil)
	if err != nil {
		r.b.Error(err)
		return
	}
	request.Header = r.header.Clone()
	request.Header.Del("Mcp-Session-Id")
	resp, err := r.http.Do(request)
	if err != nil {
		r.b.Error(err)
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if strings.HasPrefix(data, "/message") {
			r.send("POST", data, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_bots","arguments":{"limit":3}}}`)
			continue
		}
		if strings.Contains(data, `"id":1`) {
			return
		}
	}
	r.b.Errorf("a stream ended without the answer: %v", lines.Err())
}
