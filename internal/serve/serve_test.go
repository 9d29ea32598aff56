package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/serve"
	"github.com/meetmcp/meetmcp/internal/work"
)

func TestMain(m *testing.M) {
	if of := os.Getenv(asListeners); of != "" {
		if err := listeners(of); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// patience bounds what a test waits for; nothing takes it when all is well.
const patience = 10 * time.Second

// bench is a server with tools that a test steers.
type bench struct {
	*serve.Server
	started chan string   // the argument "name" of each block call that began
	release chan struct{} // closed to let block calls finish
	ended   chan string   // "name outcome" of each block call that ended
	topics  *topics
	log     *buffer
}

func newBench(t *testing.T) *bench {
	b := &bench{started: make(chan string, 2000), release: make(chan struct{}), ended: make(chan string, 2000), topics: newTopics(), log: &buffer{}}
	tool := func(name string, handle server.ToolHandlerFunc) server.ServerTool {
		return server.ServerTool{Tool: mcp.NewToolWithRawSchema(name, "Does "+name+".", []byte(`{"type":"object"}`)), Handler: handle}
	}
	b.Server = serve.New(serve.Options{
		Version: "test", Instructions: "Use echo.", CallLimit: time.Minute, Follow: b.topics.follow,
		Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tools: func(to *server.MCPServer) {
			to.AddTools([]server.ServerTool{
				tool("list_bots", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					text := "echo " + r.GetString("text", r.GetString("name", ""))
					if p := access.From(ctx); p != nil {
						text += ", " + p.ID + " with " + p.Key.Reveal()
					}
					return mcp.NewToolResultText(text), nil
				}),
				tool("block", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					name := r.GetString("name", "")
					if r.Params.Meta != nil && r.Params.Meta.ProgressToken != nil {
						err := server.ServerFromContext(ctx).SendNotificationToClient(ctx, "notifications/progress",
							map[string]any{"progressToken": r.Params.Meta.ProgressToken, "progress": 1})
						if err != nil {
							return nil, err
						}
					}
					b.started <- name
					select {
					case <-b.release:
						b.ended <- name + " released"
						return mcp.NewToolResultText("released"), nil
					case <-ctx.Done():
						b.ended <- name + " cancelled"
						return nil, ctx.Err()
					}
				}),
				tool("count", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					for i := range 200 {
						err := server.ServerFromContext(ctx).SendNotificationToClient(ctx, "notifications/progress",
							map[string]any{"progressToken": r.Params.Meta.ProgressToken, "progress": i + 1, "total": 200})
						if err != nil {
							return nil, err
						}
					}
					return mcp.NewToolResultText("counted"), nil
				}),
				tool("break", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					panic("a secret thing")
				}),
			}...)
			to.AddPrompt(mcp.NewPrompt("break"), func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				panic("a secret thing")
			})
			to.AddPrompt(mcp.NewPrompt("hoard"), func(ctx context.Context, _ mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				return &mcp.GetPromptResult{}, work.Hold(ctx, 200<<20)
			})
		},
	})
	return b
}

// buffer is a log that tests read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// web is a bench that listens.
type web struct {
	*bench
	addr    string
	stop    context.CancelFunc
	stopped chan error
}

func newWeb(t *testing.T, set ...func(*serve.Server, *serve.Web)) *web {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &web{bench: newBench(t), addr: listener.Addr().String(), stop: stop, stopped: make(chan error, 1)}
	options := serve.Web{Limits: serve.LocalLimits(), Drain: patience}
	for _, set := range set {
		set(w.Server, &options)
	}
	go func() { w.stopped <- w.HTTP(ctx, listener, options) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-w.stopped:
			if err != nil {
				t.Errorf("serve: %v", err)
			}
		case <-time.After(2 * patience):
			t.Error("the server did not stop")
		}
	})
	return w
}

// dial connects an MCP client over one of the transports.
func dial(t *testing.T, kind, version string) (*client.Client, *bench) {
	t.Helper()
	var over transport.Interface
	var b *bench
	switch kind {
	case "stdio":
		b = newBench(t)
		toServer, fromClient := io.Pipe()
		toClient, fromServer := io.Pipe()
		stopped := make(chan error, 1)
		go func() {
			stopped <- b.Stdio(context.Background(), toServer, fromServer)
			fromServer.Close()
		}()
		over = transport.NewIO(toClient, fromClient, io.NopCloser(strings.NewReader("")))
		t.Cleanup(func() {
			go io.Copy(io.Discard, toClient) // the last answers
			fromClient.Close()
			if err := receive(t, stopped); err != nil {
				t.Errorf("serve: %v", err)
			}
		})
	case "http":
		w := newWeb(t)
		b = w.bench
		var options []transport.StreamableHTTPCOption
		if version != "2026-07-28" { // which has no stream beside the requests
			options = append(options, transport.WithContinuousListening()) //lint:ignore SA1019 older clients have nothing else
		}
		over, _ = transport.NewStreamableHTTP("http://"+w.addr+"/mcp", options...)
	case "sse":
		w := newWeb(t)
		b = w.bench
		over, _ = transport.NewSSE("http://" + w.addr + "/sse")
	}
	c := client.NewClient(over, client.WithProtocolVersion(version))
	t.Cleanup(func() { c.Close() })
	if err := c.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return c, b
}

func initialize(t *testing.T, c *client.Client, version string) *mcp.InitializeResult {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var request mcp.InitializeRequest
	request.Params.ProtocolVersion = version
	request.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	result, err := c.Initialize(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func receive[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	return got
}

func request(tool string, arguments map[string]any) (r mcp.CallToolRequest) {
	r.Params.Name, r.Params.Arguments = tool, arguments
	return r
}

// TestTransports runs one short suite over every transport and era.
func TestTransports(t *testing.T) {
	for _, over := range []struct{ kind, version string }{
		{"stdio", "2024-11-05"}, {"stdio", "2025-11-25"}, {"stdio", "2026-07-28"},
		{"sse", "2024-11-05"}, {"sse", "2025-11-25"},
		{"http", "2025-03-26"}, {"http", "2025-06-18"}, {"http", "2025-11-25"}, {"http", "2026-07-28"},
	} {
		t.Run(over.kind+" "+over.version, func(t *testing.T) {
			c, b := dial(t, over.kind, over.version)
			var mu sync.Mutex
			progress := map[float64]bool{}
			all := make(chan struct{})
			c.OnNotification(func(n mcp.JSONRPCNotification) {
				mu.Lock()
				defer mu.Unlock()
				if at, ok := n.Params.AdditionalFields["progress"].(float64); ok {
					if progress[at] = true; len(progress) == 200 {
						close(all)
					}
				}
			})
			hello := initialize(t, c, over.version)
			if hello.Instructions != "Use echo." || c.ProtocolVersion() != over.version {
				t.Errorf("got %q over %s, want the instructions over %s", hello.Instructions, c.ProtocolVersion(), over.version)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			listed, err := c.ListTools(ctx, mcp.ListToolsRequest{})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, tool := range listed.Tools {
				names = append(names, tool.Name)
			}
			if got, want := strings.Join(names, " "), "block break count list_bots"; got != want {
				t.Errorf("tools: got %s, want %s", got, want)
			}
			for _, step := range []struct {
				tool, want string
				failed     bool
			}{
				{"list_bots", "echo hello", false},
				{"break", "fault of this server", true},
				{"list_bots", "echo hello", false},
			} {
				got, err := c.CallTool(ctx, request(step.tool, map[string]any{"text": "hello"}))
				if err != nil {
					t.Fatalf("%s: %v", step.tool, err)
				}
				text := fmt.Sprint(got.Content)
				if !strings.Contains(text, step.want) || got.IsError != step.failed {
					t.Errorf("%s: got %s, want %s", step.tool, text, step.want)
				}
				if strings.Contains(text, "secret") || strings.Contains(text, "goroutine") {
					t.Errorf("%s: the panic reached the client: %s", step.tool, text)
				}
			}
			if _, err = c.CallTool(ctx, request("list_bot", nil)); err == nil || !strings.Contains(err.Error(), "Did you mean list_bots?") {
				t.Errorf("unknown tool: got %v, want the nearest", err)
			}
			for prompt, want := range map[string]string{"break": "fault of this server", "hoard": "as much content as one caller may at once; try again in 5s"} {
				var get mcp.GetPromptRequest
				get.Params.Name = prompt
				if _, err := c.GetPrompt(ctx, get); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("prompt %s: got %v, want %s", prompt, err, want)
				}
			}
			count := request("count", nil)
			count.Params.Meta = &mcp.Meta{ProgressToken: "p"}
			if got, err := c.CallTool(ctx, count); err != nil || got.IsError {
				t.Fatalf("count: %v %v", got, err)
			}
			receive(t, all)
			for _, want := range []string{"tool=list_bots", "outcome=ok", "outcome=panic", "tool=break", "msg=prompt", "internal/serve_test.newBench", "request_id="} {
				if !strings.Contains(b.log.String(), want) {
					t.Errorf("the log lacks %q", want)
				}
			}
			if strings.Contains(b.log.String(), "hello") {
				t.Error("an argument is in the log")
			}
		})
	}
}

// post sends one message to /mcp or a message address and returns the answer.
func (w *web) post(t *testing.T, path string, headers map[string]string, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range headers {
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	return send(t, r)
}

func send(t *testing.T, r *http.Request) (int, http.Header, string) {
	t.Helper()
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(raw)
}

// call is a tools/call message.
func call(id int, tool, name string) string {
	raw, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": "tools/call",
		"params": map[string]any{"name": tool, "arguments": map[string]any{"name": name}}})
	return string(raw)
}
