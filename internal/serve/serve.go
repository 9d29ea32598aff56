// Package serve puts tools before MCP clients: over stdio, and over streamable
// HTTP and SSE on one listener.
package serve

import (
	"context"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/meetmcp/meetmcp/internal/audit"
	"github.com/meetmcp/meetmcp/internal/observe"
	"github.com/meetmcp/meetmcp/internal/work"
)

// reads is the effect of a tool that changes nothing.
const reads = "reads"

// maxMessage bounds one JSON-RPC message that a client sends, in bytes.
const maxMessage = 4 << 20

// MaxContent bounds the content that all calls hold at once, in bytes, unless a
// pool is given.
const MaxContent = 256 << 20

// Options are what a server is made of.
type Options struct {
	Version      string
	Instructions string
	Tools        func(to *server.MCPServer)       // adds the tools
	Listing      server.ToolFilterFunc            // the tools in full and in their order, as a client is to see them; may be nil
	More         []server.ServerOption            // what the server can do beside tools
	Address      func(uri string) (string, error) // of a resource, as it is registered, or why there is none; may be nil
	Follow       Follow                           // nil: there are no subscriptions
	Completions  Completions                      // nil: none are offered
	CallLimit    time.Duration                    // of one call; 50 s when zero
	Pool         *work.Pool                       // of turns at computing and of memory for content; nil: as many turns as processors, and 256 MB
	Effect       func(tool string) string         // what a tool does to the world: reads, writes or destroys; nil: all read
	Log          *slog.Logger                     // nothing is logged when nil
	Audit        *audit.Log                       // no call is written down when nil
	Observer     *observe.Observer                // nobody looks when nil
}

// Server is an MCP server that no client is connected to yet. Each of Stdio
// and HTTP may run, at the same time too.
type Server struct {
	mcp      *server.MCPServer
	log      *slog.Logger
	audit    *audit.Log
	observer *observe.Observer
	limit    time.Duration
	pool     *work.Pool
	effect   func(tool string) string
	follow   Follow
	address  func(uri string) (string, error)
	names    []string // of the tools
	prompts  []string // their names
	streams  streams
	requests requests

	lastAnswers time.Duration // after the end of input, over stdio
	times       times         // over HTTP
}

// New returns a server with the tools of o.
func New(o Options) *Server {
	s := &Server{log: o.Log, audit: o.Audit, observer: o.Observer, limit: o.CallLimit, pool: o.Pool, effect: o.Effect, follow: o.Follow, address: o.Address, lastAnswers: lastAnswers, times: usualTimes()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.effect == nil {
		s.effect = func(string) string { return reads }
	}
	if s.limit == 0 {
		s.limit = 50 * time.Second
	}
	if s.pool == nil {
		s.pool = work.NewPool(runtime.GOMAXPROCS(0), MaxContent)
	}
	hooks := &server.Hooks{}
	hooks.AddOnRegisterSession(s.streams.open)
	hooks.AddOnError(s.hidden)
	hooks.AddBeforeAny(s.began)
	hooks.AddOnError(s.failed)
	if o.Address != nil {
		hooks.AddBeforeReadResource(func(_ context.Context, _ any, request *mcp.ReadResourceRequest) {
			if registered, err := o.Address(request.Params.URI); err == nil {
				request.Params.URI = registered
			}
		})
	}
	hooks.AddBeforeSubscriptionsListen(func(ctx context.Context, id any, request *mcp.SubscriptionsListenRequest) {
		wanted := &request.Params.Notifications
		wanted.ResourceSubscriptions = s.followAll(ctx, id, wanted.ResourceSubscriptions)
	})
	hooks.AddAfterSubscriptionsListen(func(ctx context.Context, id any, _ *mcp.SubscriptionsListenRequest, _ *mcp.SubscriptionsListenResult) {
		s.listened(ctx, id)
	})
	options := []server.ServerOption{
		server.WithTitle("Meetings"),
		server.WithInstructions(o.Instructions),
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(o.Follow != nil, false),
		server.WithHooks(hooks),
		server.WithToolHandlerMiddleware(s.call),
		server.WithResourceHandlerMiddleware(s.readResource),
		server.WithPromptHandlerMiddleware(s.getPrompt),
	}
	if o.Listing != nil {
		options = append(options, server.WithToolFilter(o.Listing))
	}
	if o.Completions != nil {
		complete := completions{o.Completions, s}
		options = append(options, server.WithCompletions(),
			server.WithPromptCompletionProvider(complete), server.WithResourceCompletionProvider(complete))
	}
	s.mcp = server.NewMCPServer("meetmcp", o.Version, append(options, o.More...)...)
	o.Tools(s.mcp)
	s.names = slices.Sorted(maps.Keys(s.mcp.ListTools()))
	s.prompts = slices.Sorted(maps.Keys(s.mcp.ListPrompts()))
	return s
}

// MCP is the protocol's side of the server, for a client in the same process.
func (s *Server) MCP() *server.MCPServer { return s.mcp }
