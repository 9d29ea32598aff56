package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/internal/accesstest"
	"github.com/meetmcp/meetmcp/internal/redistest"
)

// each is how many actions each guest of TestCanaryInWhatIsSeen takes.
var each = flag.Int("each", 250, "actions of each of four guests")

// What guests say in headers, and the key behind them.
const (
	headerCanary = canary + "-header"
	keyCanary    = canary + "-of-the-account"
)

// guest says things that must be seen nowhere.
type guest struct {
	*speaker
	credential string
	random     *rand.Rand
	tools      []listedTool
}

type listedTool struct {
	Name        string
	InputSchema struct {
		Properties map[string]struct {
			Type string
			Enum []string
		}
	}
}

// secret is the canary in one of the forms in which it may slip through.
func (g *guest) secret() string {
	return []string{canary, "x " + canary, canary + "\n" + canary, "https://" + canary + ".example.net/" + canary, "env:" + canary, `{"x":"` + canary + `"}`, strings.ToUpper(canary)}[g.random.IntN(7)]
}

// arguments are some of a tool's own, and others, most of which hold the canary.
func (g *guest) arguments(tool listedTool) string {
	args := map[string]any{}
	if g.random.IntN(4) == 0 {
		args[g.secret()] = g.secret()
	}
	for name, property := range tool.InputSchema.Properties {
		switch g.random.IntN(4) {
		case 0:
			args[name] = g.secret()
		case 1:
			args[name] = map[string]any{g.secret(): []string{g.secret()}}
		case 2:
			switch {
			case strings.HasSuffix(name, "_id"):
				args[name] = "latest"
			case name == "meeting_url":
				args[name] = "https://meet.google.com/abc-defg-hij"
			case len(property.Enum) > 0:
				args[name] = property.Enum[0]
			case property.Type == "string":
				args[name] = "Ada"
			}
		}
	}
	raw, _ := json.Marshal(args)
	return string(raw)
}

// headers that a client may send, and others.
func (g *guest) headers() http.Header {
	h := http.Header{}
	for _, name := range []string{"Traceparent", "Tracestate", "Baggage", "User-Agent", "X-Forwarded-For", "X-Request-Id", "Referer", "Cookie", "Mcp-Name", "Mcp-Method"} {
		switch g.random.IntN(4) {
		case 0:
			h.Set(name, headerCanary)
		case 1:
			h.Set(name, "00-"+aTrace+"-"+aSpan+"-01-"+headerCanary)
		}
	}
	return h
}

func (g *guest) act() {
	more := ""
	if g.random.IntN(2) == 0 {
		more = fmt.Sprintf(`,"_meta":{"progressToken":%q,"traceparent":%q,"tracestate":%q,"other":%q}`, canary, g.secret(), canary, g.secret())
	}
	tool := g.tools[g.random.IntN(len(g.tools))]
	switch g.random.IntN(12) {
	case 0:
		g.hear(g.call(g.secret(), `{}`, more, g.headers()))
	case 1:
		g.post("resources/read", fmt.Sprintf(`{"uri":%q}`, "meeting://"+canary+"/transcript?speaker="+canary))
	case 2:
		g.post("completion/complete", fmt.Sprintf(`{"ref":{"type":"ref/resource","uri":"meeting://{bot_id}"},"argument":{"name":"bot_id","value":%q}}`, canary))
	case 3:
		g.post("prompts/get", fmt.Sprintf(`{"name":"meeting_summary","arguments":{"bot_id":%q}}`, canary))
	case 4:
		g.post(g.secret(), `{}`)
	case 5:
		ask(g.t, "GET", g.url+"/"+canary, g.headers(), "")
	case 6:
		ask(g.t, "POST", g.url+"/message?sessionId="+canary, g.header, `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	default:
		g.hear(g.call(tool.Name, g.arguments(tool), more, g.headers()))
	}
}

func (g *guest) post(method, params string) string {
	g.t.Helper()
	g.id++
	_, _, body := ask(g.t, "POST", g.url+"/mcp", g.header, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, g.id, method, params))
	g.hear(body)
	return body
}

// hear looks for what no answer may have: what the caller shows at the door, and
// the key behind it.
func (g *guest) hear(body string) {
	g.t.Helper()
	for _, secret := range []string{headerCanary, keyCanary, g.credential} {
		if i := strings.Index(body, secret); i >= 0 {
			g.t.Errorf("an answer has %s: …%q", secret, body[max(0, i-300):i+len(secret)])
		}
	}
}

// TestCanaryInWhatIsSeen has guests, two with a key and two with a token, say a
// canary wherever something can be said, and an API that repeats it and the key.
// No log, metric, trace or audit log has it, and nothing that goes to Redis.
func TestCanaryInWhatIsSeen(t *testing.T) {
	const guests = 4
	api, traces, redis := newRecorded(t, keyCanary), newCollector(t), redistest.New(t, redistest.Real())
	at, wire := redis.Spy(t)
	tokens := accesstest.NewTokens(t, client.NewSecret(keyCanary), time.Now())
	env := append(master(tokens.Path, accesstest.MasterKey("first", ""), accesstest.MasterKey("second", ""))[:2], api.env...)
	api.repeats = func(n int) bool { return n > guests && n%5 == 0 }
	book := filepath.Join(t.TempDir(), "audit.jsonl")
	url, log, stop := serving(t, env, "--auth", "key,token", "--redis", "redis://"+at, "--audit-log", book, "--otlp-endpoint", traces.URL, "--log-level", "debug",
		"--metrics-addr", "127.0.0.1:0", "--limit-reads", "0", "--limit-writes", "200", "--limit-address", "0", "--confirm", "never")
	metrics := "http://" + log.find(t, `serving metrics address=(\S+)`)
	credentials := []string{keyCanary, keyCanary, tokens.Right["all"].Secret.Reveal(), tokens.Right["read and write"].Secret.Reveal()}
	sessions := make([]string, guests)
	t.Run("guests", func(t *testing.T) {
		for n := range guests {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				g := &guest{speaker: speak(t, url, credentials[n]), credential: credentials[n], random: rand.New(rand.NewPCG(1, uint64(n)))}
				var list struct{ Result struct{ Tools []listedTool } }
				if err := json.Unmarshal([]byte(g.post("tools/list", `{}`)), &list); err != nil || len(list.Result.Tools) < 20 {
					t.Fatalf("%d tools, %v", len(list.Result.Tools), err)
				}
				g.tools, sessions[n] = list.Result.Tools, g.header.Get("Mcp-Session-Id")
				for range *each {
					g.act()
				}
			})
		}
	})
	text := metricsOf(t, metrics+"/metrics")
	stop()
	written, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	traces.mu.Lock()
	defer traces.mu.Unlock()
	for where, seen := range map[string]string{"metrics": text, "traces": traces.raw.String(), "audit log": string(written), "log": log.String(), "wire to Redis": wire()} {
		if len(seen) < 10_000 {
			t.Errorf("the %s say little: %d bytes", where, len(seen))
		}
		for _, secret := range slices.Concat(sessions, credentials, []string{canary, strings.ToUpper(canary), base64.StdEncoding.EncodeToString([]byte(keyCanary))}) {
			if i := strings.Index(seen, secret); i >= 0 {
				t.Errorf("the %s have %s: …%q", where, secret, seen[max(0, i-300):i+len(secret)])
			}
		}
	}
	t.Logf("%d actions, %d spans, %d lines of audit, %d of metrics, %d bytes on the wire to Redis", guests**each, len(traces.spans), strings.Count(string(written), "\n"), strings.Count(text, "\n"), len(wire()))
}
