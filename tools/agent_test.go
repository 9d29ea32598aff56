package tools_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"

	"github.com/meetmcp/meetmcp/client"
	"github.com/meetmcp/meetmcp/client/sandbox"
	"github.com/meetmcp/meetmcp/internal/access"
	"github.com/meetmcp/meetmcp/internal/library"
	"github.com/meetmcp/meetmcp/tools"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// agent is a real MCP client of the real catalogue, with a sandbox behind it.
type agent struct {
	*mcpclient.Client
	t         testing.TB
	sandbox   *sandbox.Sandbox
	resources *tools.Resources
}

// newAgent starts a sandbox whose clock the test drives, and connects to it.
func newAgent(t testing.TB, p tools.Policy) *agent {
	t.Helper()
	return newAgentOn(t, p, sandbox.Options{})
}

func newAgentOn(t testing.TB, p tools.Policy, o sandbox.Options) *agent {
	t.Helper()
	s, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p.Now = s.Now
	a := newAgentAt(t, p, s.URL())
	a.sandbox = s
	return a
}

// newAgentAt connects to an API of the test's own.
func newAgentAt(t testing.TB, p tools.Policy, url string) *agent {
	t.Helper()
	return newAgentWith(t, p, url, sandbox.Key)
}

// newAgentWith connects with a key, and with sets of tools that are not the
// default ones. What destroys is done at once unless the policy says otherwise.
func newAgentWith(t testing.TB, p tools.Policy, url, key string, sets ...string) *agent {
	t.Helper()
	api := client.New(url, client.NewSecret(key), &client.Options{Pause: 1})
	if p.Library == nil {
		kept := keep(t, p.Bounds)
		p.Library = func() (*library.Library, error) { return kept, nil }
	}
	if p.Context == nil {
		p.Context = t.Context()
	}
	if p.Confirm == "" {
		p.Confirm = "never"
	}
	on, err := tools.Select(tools.All(api, p), tools.Selection{Toolsets: sets})
	if err != nil {
		t.Fatal(err)
	}
	srv := server.NewMCPServer("meetmcp", "test", server.WithToolFilter(tools.Listing(on)))
	tools.Register(srv, on)
	c, err := mcpclient.NewInProcessClient(srv)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		api.Close()
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Initialize(t.Context(), mcp.InitializeRequest{}); err != nil {
		t.Fatal(err)
	}
	return &agent{Client: c, t: t, resources: tools.NewResources(on)}
}

// keep opens a library in memory for the time of a test.
func keep(t testing.TB, bounds library.Bounds) *library.Library {
	t.Helper()
	kept, err := library.Open(context.Background(), library.Memory, bounds)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	return kept
}

// result is a tool's answer as an agent has it.
type result struct {
	text    string
	fields  map[string]any // the structured form
	json    string
	isError bool
	images  []mcp.ImageContent
}

// call calls a tool with arguments in JSON.
func (a *agent) call(tool, args string) result {
	a.t.Helper()
	return a.callIn(context.Background(), tool, args)
}

// callBy calls a tool as one of several callers.
func (a *agent) callBy(p *access.Principal, tool, args string) result {
	a.t.Helper()
	return a.callIn(access.With(context.Background(), p), tool, args)
}

func (a *agent) callIn(ctx context.Context, tool, args string) result {
	a.t.Helper()
	var req mcp.CallToolRequest
	req.Params.Name = tool
	req.Params.Arguments = json.RawMessage(args)
	answer, err := a.CallTool(ctx, req)
	if err != nil {
		a.t.Fatalf("%s %s: %v", tool, args, err)
	}
	r := result{isError: answer.IsError}
	for _, c := range answer.Content {
		switch c := c.(type) {
		case mcp.TextContent:
			r.text += c.Text
		case mcp.ImageContent:
			r.images = append(r.images, c)
		}
	}
	if answer.StructuredContent != nil {
		raw, err := json.Marshal(answer.StructuredContent)
		if err != nil {
			a.t.Fatal(err)
		}
		r.json = string(raw)
		if err := json.Unmarshal(raw, &r.fields); err != nil {
			a.t.Fatal(err)
		}
	}
	return r
}

// ok calls a tool that must succeed.
func (a *agent) ok(tool, args string) result {
	a.t.Helper()
	r := a.call(tool, args)
	if r.isError {
		a.t.Fatalf("%s %s: %s", tool, args, r.text)
	}
	return r
}

// field returns a text of the structured form, by a path such as bots.0.title.
func (r result) field(path string) string {
	var at any = r.fields
	for name := range strings.SplitSeq(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[name]
		case []any:
			i := int(name[0] - '0')
			if i >= len(v) {
				return ""
			}
			at = v[i]
		default:
			return ""
		}
	}
	text, _ := at.(string)
	return text
}
