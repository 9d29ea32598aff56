package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/tools"
)

// BenchmarkListBots compares list_bots over both transports with a bare tool of
// the library's that does the same request upstream and returns its body.
func BenchmarkListBots(b *testing.B) {
	upstream := captured(b)
	for _, server := range []struct {
		name  string
		start func(testing.TB, string) net.Listener
	}{{"ours", startOurs}, {"bare", startBare}} {
		listener := server.start(b, upstream)
		for _, transport := range []string{"mcp", "sse"} {
			for _, callers := range []int{1, 16, 64} {
				b.Run(fmt.Sprintf("%s/%s/%d", transport, server.name, callers), func(b *testing.B) {
					load(b, "http://"+listener.Addr().String()+"/"+transport, transport, callers)
				})
			}
		}
	}
}

// captured serves the sandbox's list of bots, as it once answered it.
func captured(b testing.TB) string {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}()
	body := get(b, s.URL()+"/bots/bots_with_metadata?limit=10")
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	b.Cleanup(upstream.Close)
	return upstream.URL
}

func get(b testing.TB, url string) []byte {
	_, body := ask(b, http.DefaultClient, http.MethodGet, url, "", map[string]string{client.KeyHeader: sandbox.Key})
	return body
}

func ask(b testing.TB, over *http.Client, method, url, message string, headers map[string]string) (http.Header, []byte) {
	r, err := http.NewRequest(method, url, strings.NewReader(message))
	if err != nil {
		b.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	resp, err := over.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return resp.Header, body
}

// BenchmarkTranscript compares reading a page of an hour's meeting that is kept
// here with fetching the same meeting's data from the sandbox, both over HTTP.
func BenchmarkTranscript(b *testing.B) {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	kept, err := library.Open(context.Background(), library.Memory, library.Bounds{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := errors.Join(s.Close(), kept.Close()); err != nil {
			b.Error(err)
		}
	})
	listener := startTools(b, client.New(s.URL(), client.NewSecret(sandbox.Key), nil), tools.Policy{
		Now: s.Now, Context: context.Background(), Library: func() (*library.Library, error) { return kept, nil },
	})
	var list struct {
		Bots []struct {
			UUID     string
			Duration int
		} `json:"bots"`
	}
	if err := json.Unmarshal(get(b, s.URL()+"/bots/bots_with_metadata"), &list); err != nil {
		b.Fatal(err)
	}
	hour := list.Bots[0]
	for _, bot := range list.Bots {
		if bot.Duration > hour.Duration {
			hour = bot
		}
	}
	over := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	b.Cleanup(over.CloseIdleConnections)
	url, headers := "http://"+listener.Addr().String()+"/mcp", map[string]string{"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
	opened, _ := ask(b, over, http.MethodPost, url, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},`+
		`"clientInfo":{"name":"bench","version":"1"}}}`, headers)
	headers["Mcp-Session-Id"] = opened.Get("Mcp-Session-Id")
	for _, read := range []struct{ name, method, url, message string }{
		{"kept", http.MethodPost, url, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_transcript","arguments":{"bot_id":"` + hour.UUID + `"}}}`},
		{"fetched", http.MethodGet, s.URL() + "/bots/meeting_data?bot_id=" + hour.UUID, ""},
	} {
		headers := headers
		if read.name == "fetched" {
			headers = map[string]string{client.KeyHeader: sandbox.Key}
		}
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", read.name, callers), func(b *testing.B) {
				b.SetParallelism(callers)
				b.RunParallel(func(more *testing.PB) {
					for more.Next() {
						if _, body := ask(b, over, read.method, read.url, read.message, headers); len(body) < 10_000 {
							b.Errorf("got %s", body)
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
			})
		}
	}
}

func startOurs(b testing.TB, upstream string) net.Listener {
	return startTools(b, client.New(upstream, client.NewSecret("k"), nil), tools.Policy{})
}

func startTools(b testing.TB, api *client.Client, p tools.Policy, with ...func(*serve.Options, *serve.Web)) net.Listener {
	on, err := tools.Select(tools.All(api, p), tools.Selection{})
	if err != nil {
		b.Fatal(err)
	}
	options := serve.Options{
		Version: "bench",
		Tools:   func(to *server.MCPServer) { tools.Register(to, on) },
		Listing: tools.Listing(on),
	}
	web := serve.Web{Limits: serve.LocalLimits(), Drain: time.Second}
	for _, set := range with {
		set(&options, &web)
	}
	s := serve.New(options)
	listener := listen(b)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.HTTP(ctx, listener, web) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return listener
}

func startBare(b testing.TB, upstream string) net.Listener {
	s := server.NewMCPServer("bare", "1")
	pool := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	s.AddTool(mcp.NewTool("list_bots", mcp.WithNumber("limit")), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, upstream+"/bots/bots_with_metadata?limit=10", nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set(client.KeyHeader, "k")
		resp, err := pool.Do(r)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		return mcp.NewToolResultText(string(body)), nil
	})
	routes := http.NewServeMux()
	routes.Handle("/mcp", server.NewStreamableHTTPServer(s))
	sse := server.NewSSEServer(s)
	routes.Handle("/sse", sse)
	routes.Handle("/message", sse)
	listener := listen(b)
	web := &http.Server{Handler: routes}
	go func() { _ = web.Serve(listener) }()
	b.Cleanup(func() {
		if err := web.Close(); err != nil {
			b.Error(err)
		}
	})
	return listener
}

func listen(b testing.TB) net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return listener
}

// load has callers with a connection each make b.N calls together.
func load(b *testing.B, url, kind string, callers int) {
	agents := dialAll(b, url, kind, callers)
	b.ReportAllocs()
	b.ResetTimer()
	took := drive(b, agents, b.N)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/took.Seconds(), "calls/s")
	closeAll(b, agents)
}

// dialAll connects callers, each with a key of its own.
func dialAll(b *testing.B, url, kind string, callers int) []*mcpclient.Client {
	agents := make([]*mcpclient.Client, callers)
	for i := range agents {
		var c *mcpclient.Client
		var err error
		key := map[string]string{client.KeyHeader: fmt.Sprintf("key-%d", i)}
		if kind == "sse" {
			c, err = mcpclient.NewSSEMCPClient(url, mcpclient.WithHeaders(key))
		} else {
			c, err = mcpclient.NewStreamableHttpClient(url, transport.WithHTTPBasicClient(&http.Client{}), transport.WithHTTPHeaders(key))
		}
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Start(context.Background()); err != nil {
			b.Fatal(err)
		}
		var hello mcp.InitializeRequest
		hello.Params.ProtocolVersion = "2025-06-18"
		if _, err := c.Initialize(context.Background(), hello); err != nil {
			b.Fatal(err)
		}
		agents[i] = c
	}
	return agents
}

// drive has agents make n calls together, and says how long that took.
func drive(b *testing.B, agents []*mcpclient.Client, n int) time.Duration {
	work := make(chan struct{})
	var group sync.WaitGroup
	began := time.Now()
	for _, c := range agents {
		group.Go(func() {
			var call mcp.CallToolRequest
			call.Params.Name = "list_bots"
			call.Params.Arguments = map[string]any{"limit": 10}
			for range work {
				if r, err := c.CallTool(context.Background(), call); err != nil || r.IsError {
					b.Errorf("%v %v", r, err)
				}
			}
		})
	}
	for range n {
		work <- struct{}{}
	}
	close(work)
	group.Wait()
	return time.Since(began)
}

func closeAll(b *testing.B, agents []*mcpclient.Client) {
	for _, c := range agents {
		if err := c.Close(); err != nil {
			b.Error(err)
		}
	}
}
